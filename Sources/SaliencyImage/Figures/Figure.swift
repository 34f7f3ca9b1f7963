/// Images side by side as in a paper: titles above them, captions below, and a color bar.
public struct Figure: Sendable, Equatable {
  /// An image and what is written above and below it.
  public struct Panel: Sendable, Equatable {
    /// The title above the image, or `nil` for none: one line, shortened with an ellipsis where it does not fit.
    public var title: String?
    /// The image.
    public var image: Image { didSet { chart = nil } }
    /// The caption below the image, or `nil` for none: one line, shortened like the title.
    public var caption: String?
    /// What the image shows where it is a chart, which is drawn in its own size and has no frame.
    private(set) var chart: Chart?

    struct Chart: Sendable, Equatable {
      let page: Page
      let margins: ChartMargins
    }

    /// The rows of a chart above and below its plot.
    struct ChartMargins: Sendable, Equatable {
      let above: Int
      let below: Int
    }

    /// A panel of a chart, its title and its caption.
    init(title: String?, chart page: Page, margins: ChartMargins, caption: String? = nil) throws(ImageError) {
      self.init(title: title, image: try page.rendered(), caption: caption)
      chart = Chart(page: page, margins: margins)
    }

    /// A panel of an image, its title and its caption.
    public init(title: String? = nil, image: Image, caption: String? = nil) {
      self.title = title
      self.image = image
      self.caption = caption
    }

    /// A panel of a heat map over an image; see ``Image/overlaid(with:colorMap:percentile:scaling:style:)``.
    ///
    /// Where the map has nothing to show (``HeatMap/isZero(scaling:)``) the caption says so, in place of the one given.
    ///
    /// - Throws: `ImageError` when `percentile` is not between 0 and 100, or `style.alpha` not between 0 and 1.
    public init(
      title: String? = nil, overlaying heatMap: HeatMap, on image: Image, colorMap: ColorMap = .inferno,
      percentile: Double = 99, scaling: HeatMap.Scaling = .automatic, style: OverlayStyle = OverlayStyle(),
      caption: String? = nil
    ) throws(ImageError) {
      self.init(
        title: title,
        image: try image.overlaid(
          with: heatMap, colorMap: colorMap, percentile: percentile, scaling: scaling, style: style),
        caption: heatMap.zeroNote(scaling: scaling) ?? caption)
    }
  }

  /// The panels, row by row from the top left; rows without panels are left out.
  public var rows: [[Panel]]
  /// What stands to the left of the rows, one text a row, or none at all: up to three lines each.
  public var rowTitles: [String] = []
  /// What stands above the columns, one text a column, or none at all: up to two lines each.
  public var columnTitles: [String] = []
  /// An image that stands once to the left of all rows, such as the image that they explain.
  public var leadingPanel: Panel?
  /// Text below the panels: wrapped where it is too long, and cut with an ellipsis after three lines.
  public var caption: String?
  /// The bars to the right of the panels.
  public var colorBars: [ColorBar]
  /// The length of a panel's longer side, in pixels: smaller images are enlarged, larger ones reduced.
  ///
  /// Figures whose panels may be smaller than 160 pixels have smaller letters and gaps.
  public var panelSides: ClosedRange<Int>
  /// Whether images that are larger than ``panelSides`` keep all their pixels, and the figure grows with them.
  public var keepsImageSize = false

  /// A figure of panels.
  ///
  /// - Precondition: `panelSides` starts at 1 or more.
  public init(
    rows: [[Panel]], caption: String? = nil, colorBars: [ColorBar] = [],
    panelSides: ClosedRange<Int> = 224...640
  ) {
    precondition(panelSides.lowerBound >= 1, "`panelSides` must be at least 1")
    self.rows = rows
    self.caption = caption
    self.colorBars = colorBars
    self.panelSides = panelSides
  }

  /// The figure of a saliency map: image, heat map, and the heat map over the image.
  ///
  /// A heat map of another size than the image is stretched smoothly to it. A heat map that has nothing to show
  /// (``HeatMap/isZero(scaling:)``) says so below itself, since its image has one color.
  ///
  /// - Throws: `ImageError` when `percentile` is not between 0 and 100, or `style.alpha` not between 0 and 1.
  public init(
    image: Image, heatMap: HeatMap, colorMap: ColorMap = .inferno, percentile: Double = 99,
    scaling: HeatMap.Scaling = .automatic, style: OverlayStyle = OverlayStyle(),
    titles: (image: String, heatMap: String, overlay: String) = ("image", "saliency", "overlay"),
    caption: String? = nil
  ) throws(ImageError) {
    let scaled = try heatMap.normalized(percentile: percentile, scaling: scaling)
    let heat = try scaled.resized(width: image.width, height: image.height).colored(colorMap)
    let overlay = try image.overlaid(with: scaled, colorMap: colorMap, style: style)
    self.init(
      rows: [
        [
          Panel(title: titles.image, image: image),
          Panel(title: titles.heatMap, image: heat, caption: heatMap.zeroNote(scaling: scaling)),
          Panel(title: titles.overlay, image: overlay),
        ]
      ],
      caption: caption,
      colorBars: [ColorBar(colorMap: colorMap, of: [heatMap], percentile: percentile, scaling: scaling)])
  }
}

extension HeatMap {
  /// What a figure says below a map with nothing to show, and nil below others.
  package func zeroNote(scaling: Scaling) -> String? {
    if isZero { return "zero everywhere" }
    return isZero(scaling: scaling) ? "nothing above zero" : nil
  }
}
