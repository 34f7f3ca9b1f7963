/// Several curves over one axis, each in a color of its own, with a legend below.
public struct LineChart: Sendable, Equatable {
  /// A curve.
  public struct Series: Sendable, Equatable {
    /// What the legend says.
    public let name: String
    /// The points, from left to right.
    public let points: [Point]

    /// A curve of points.
    public init(name: String, points: [Point]) { (self.name, self.points) = (name, points) }
  }

  /// A point of a curve.
  public struct Point: Sendable, Equatable {
    /// Where it lies along the axis.
    public let x: Double
    /// How high it is.
    public let y: Double

    /// A point.
    public init(x: Double, y: Double) { (self.x, self.y) = (x, y) }
  }

  /// The curves.
  public let series: [Series]
  /// What the axis measures, or `nil`.
  public var axisLabel: String?
  /// The width of the plot, in pixels.
  public var plotWidth = 420
  /// The height of the plot, in pixels.
  public var plotHeight = 240

  /// A chart of curves.
  ///
  /// - Throws: `ImageError` where there is no curve or one has no point, or a number is not finite.
  public init(series: [Series], axisLabel: String? = nil) throws(ImageError) {
    guard !series.isEmpty, series.allSatisfy({ !$0.points.isEmpty }) else {
      throw ImageError(.invalidArgument, "a chart of curves needs a curve, and each curve a point")
    }
    for curve in series {
      try checkFinite(
        curve.points.flatMap { [Float($0.x), Float($0.y)] }, "number", "of the curve '\(curve.name)'")
    }
    self.series = series
    self.axisLabel = axisLabel
  }

  /// The chart as a panel, for figures of several.
  ///
  /// - Throws: `ImageError` when a side of the plot is not between 16 and 16,384.
  public func panel(title: String? = nil) throws(ImageError) -> Figure.Panel {
    for (side, name) in [(plotWidth, "wide"), (plotHeight, "high")] where !(16...16_384 ~= side) {
      throw ImageError(
        .invalidArgument, "a plot \(side) pixels \(name) was asked for; 16 to 16384 are possible")
    }
    let drawing = LineDrawing(self)
    return try Figure.Panel(title: title, chart: drawing.page(), margins: drawing.margins)
  }

  /// The colors of curves, told apart by most people with any color vision (Okabe and Ito, "Color Universal Design", 2008); from the ninth on
  /// they come again.
  static let colors = [
    Color(red: 0, green: 114, blue: 178), Color(red: 213, green: 94, blue: 0),
    Color(red: 0, green: 158, blue: 115),
    Color(red: 204, green: 121, blue: 167), Color(red: 230, green: 159, blue: 0),
    Color(red: 86, green: 180, blue: 233), Color(red: 0, green: 0, blue: 0),
    Color(red: 150, green: 150, blue: 60),
  ]
}
