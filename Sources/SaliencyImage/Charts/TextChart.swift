/// A text whose tokens are colored by how much each matters, as running text in lines.
public struct TextChart: Sendable, Equatable {
  /// A piece of the text.
  public struct Token: Sendable, Equatable {
    /// What is written. White space by itself is drawn as signs, and what the font lacks as its code: `‹U+4E2D›`.
    public var text: String
    /// How much it matters, before any scaling or color.
    public var attribution: Float
    /// Whether a space stands before it; else it belongs to the word of the token before.
    public var startsWord: Bool

    /// A token and what it matters.
    public init(_ text: String, attribution: Float, startsWord: Bool = true) {
      (self.text, self.attribution, self.startsWord) = (text, attribution, startsWord)
    }
  }

  /// The most tokens that are drawn, the first ones of more.
  public static let maximumTokenCount = 20_000

  /// The tokens in order.
  public let tokens: [Token]
  /// The colors, or nil for ``ColorMap/blueWhiteRed`` where attributions have signs and ``ColorMap/whiteRed`` where not.
  public var colorMap: ColorMap?
  /// The percentile of the attributions' magnitudes that becomes the strongest color.
  public var percentile: Double = 99
  /// How attributions become shares of the strongest one.
  public var scaling = HeatMap.Scaling.automatic
  /// What the scale below the text measures; nil for nothing.
  public var scaleLabel: String?
  /// The width of the lines, in pixels.
  public var plotWidth = 640
  /// The size of the letters; large for up to 150 tokens where nil.
  public var textSize: Image.TextSize?

  /// A chart of tokens.
  ///
  /// - Throws: `ImageError` where there is no token, or a number is not finite.
  public init(tokens: [Token]) throws(ImageError) {
    guard !tokens.isEmpty else {
      throw ImageError(.invalidArgument, "the text has no tokens; it needs at least one")
    }
    try checkFinite(tokens.map(\.attribution), "attribution")
    self.tokens = tokens
  }

  /// The chart as a figure.
  ///
  /// - Throws: `ImageError` when ``percentile`` is not between 0 and 100, or ``plotWidth`` not between 64 and 16,384.
  public func figure(title: String? = nil, caption: String? = nil) throws(ImageError) -> Figure {
    Figure(rows: [[try panel(title: title)]], caption: caption)
  }

  /// The chart as a panel, for figures of several.
  ///
  /// - Throws: `ImageError` as ``figure(title:caption:)`` does.
  public func panel(title: String? = nil) throws(ImageError) -> Figure.Panel {
    guard (64...16_384).contains(plotWidth) else {
      throw ImageError(
        .invalidArgument, "lines of \(plotWidth) pixels were asked for; 64 to 16384 are possible")
    }
    let drawing = try TextDrawing(self, colors: colors)
    var notes: [String] = []
    if let note = drawing.zeroNote { notes.append("attributions: " + note) }
    if tokens.count > Self.maximumTokenCount {
      notes.append("the first \(Self.maximumTokenCount) of \(tokens.count) tokens")
    }
    return try Figure.Panel(
      title: title, chart: drawing.page(), margins: drawing.margins,
      caption: notes.isEmpty ? nil : notes.joined(separator: " · "))
  }

  private var colors: ColorMap {
    if let colorMap { return colorMap }
    let isSigned =
      switch scaling {
      case .automatic: tokens.contains { $0.attribution < 0 }
      case .positive: false
      case .symmetric: true
      }
    return isSigned ? .blueWhiteRed : .whiteRed
  }
}
