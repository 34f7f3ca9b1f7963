/// Pictures side by side as in a paper: a title above each, a caption below all, and a colour bar.
public struct Figure: Sendable, Equatable {
  /// A picture and what is written above it.
  public struct Panel: Sendable, Equatable {
    /// The title, or `nil` for none.
    public var title: String?
    /// The picture.
    public var image: Image

    /// A panel of a picture and its title.
    public init(title: String? = nil, image: Image) {
      self.title = title
      self.image = image
    }
  }

  /// What the colours of a heat map stand for.
  public struct ColorBar: Sendable, Hashable {
    /// The colours, the last at the top.
    public var colorMap: ColorMap
    /// Labels at even distances, the first at the bottom.
    public var labels: [String]

    /// A bar of a map's colours; without labels given it says 0, 0.5, 1, or −1, 0, 1 for a diverging map.
    public init(colorMap: ColorMap, labels: [String]? = nil) {
      self.colorMap = colorMap
      self.labels = labels ?? (colorMap.isDiverging ? ["−1", "0", "1"] : ["0", "0.5", "1"])
    }
  }

  /// The panels, row by row from the top left.
  public var rows: [[Panel]]
  /// Text below the panels: wrapped where it is too long, and cut with an ellipsis after three lines.
  public var caption: String?
  /// The bar to the right of the panels, or `nil` for none.
  public var colorBar: ColorBar?
  /// The length of a panel's longer side, in pixels: smaller pictures are enlarged, larger ones reduced.
  public var panelSides: ClosedRange<Int>

  /// A figure of panels.
  ///
  /// - Precondition: `panelSides` starts at 1 or more.
  public init(
    rows: [[Panel]], caption: String? = nil, colorBar: ColorBar? = nil,
    panelSides: ClosedRange<Int> = 224...640
  ) {
    precondition(panelSides.lowerBound >= 1, "A panel has at least one pixel.")
    self.rows = rows
    self.caption = caption
    self.colorBar = colorBar
    self.panelSides = panelSides
  }

  /// The figure of a saliency map: photograph, heat map, and the heat map over the photograph.
  ///
  /// A heat map of another size than the photograph is stretched smoothly to it.
  ///
  /// - Throws: `ImageError` when `percentile` is not between 0 and 100, or `style.alpha` not between 0 and 1.
  public init(
    photograph: Image, heatMap: HeatMap, colorMap: ColorMap = .inferno, percentile: Double = 99,
    scaling: HeatMap.Scaling = .automatic, style: OverlayStyle = OverlayStyle(),
    titles: (photograph: String, heatMap: String, overlay: String) = ("photograph", "saliency", "overlay"),
    caption: String? = nil
  ) throws(ImageError) {
    let scaled = try heatMap.normalized(percentile: percentile, scaling: scaling)
    let heat = try scaled.resized(width: photograph.width, height: photograph.height).colored(colorMap)
    let overlay = try photograph.overlaid(with: scaled, colorMap: colorMap, style: style)
    self.init(
      rows: [
        [
          Panel(title: titles.photograph, image: photograph), Panel(title: titles.heatMap, image: heat),
          Panel(title: titles.overlay, image: overlay),
        ]
      ],
      caption: caption, colorBar: ColorBar(colorMap: colorMap))
  }
}
