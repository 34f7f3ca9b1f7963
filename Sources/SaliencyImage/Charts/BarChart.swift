/// The features of a vector, such as the columns of a table, with a bar for how much each matters: the strongest at the top.
public struct BarChart: Sendable, Equatable {
  /// A number for each feature: how much it matters, before any scaling.
  public let attributions: [Float]
  /// The features' names, one each, or none at all: they are "feature 0" and so on then.
  public let names: [String]
  /// What the features were, to be written behind the names, one each, or none at all.
  public let values: [Float]
  /// How many features have a bar of their own; the sum of the others has one below them.
  public var strongest = 20
  /// The width of the plot, in pixels.
  public var plotWidth = 420

  /// A chart of features.
  ///
  /// - Throws: `ImageError` where there is no feature, the numbers of names or values do not fit, or a number is not finite.
  public init(attributions: [Float], names: [String] = [], values: [Float] = []) throws(ImageError) {
    guard !attributions.isEmpty else {
      throw ImageError(.invalidArgument, "the chart has no features; it needs at least one")
    }
    for (count, kind) in [(names.count, "names"), (values.count, "values")] {
      guard count == 0 || count == attributions.count else {
        throw ImageError(
          .invalidArgument, "the numbers of \(kind) (\(count)) and features (\(attributions.count)) differ")
      }
    }
    try checkFinite(attributions, "attribution")
    try checkFinite(values, "value")
    self.attributions = attributions
    self.names = names
    self.values = values
  }

  /// The chart as a figure.
  ///
  /// - Throws: `ImageError` when ``strongest`` is less than 1 or more than 500, or ``plotWidth`` not between 16 and 16,384.
  public func figure(title: String? = nil, caption: String? = nil) throws(ImageError) -> Figure {
    Figure(rows: [[try panel(title: title)]], caption: caption)
  }

  /// The chart as a panel, for figures of several.
  ///
  /// - Throws: `ImageError` as ``figure(title:caption:)`` does.
  public func panel(title: String? = nil) throws(ImageError) -> Figure.Panel {
    guard (1...500).contains(strongest) else {
      throw ImageError(.invalidArgument, "a chart of \(strongest) bars was asked for; 1 to 500 are possible")
    }
    guard (16...16_384).contains(plotWidth) else {
      throw ImageError(
        .invalidArgument, "a plot of \(plotWidth) pixels was asked for; 16 to 16384 are possible")
    }
    let bars = bars()
    let drawing = BarDrawing(bars, plotWidth: plotWidth)
    return try Figure.Panel(
      title: title, chart: drawing.page(), margins: drawing.margins,
      caption: attributions.allSatisfy { $0 == 0 } ? "zero everywhere" : nil)
  }

  /// A bar and what stands beside it.
  struct Bar: Equatable {
    let name: String
    let value: Double
    /// Whether it is the sum of several features.
    let isRest: Bool
  }

  /// The bars from the top: the greatest magnitudes first, of equal ones the first features, and the sum of the rest last.
  func bars() -> [Bar] {
    let order = attributions.indices.sorted { (-abs(attributions[$0]), $0) < (-abs(attributions[$1]), $1) }
    // A rest of a single feature takes no more room than the feature itself.
    let count = attributions.count == strongest + 1 ? strongest + 1 : strongest
    var bars = order.prefix(count).map { index in
      let name = names.isEmpty ? "feature \(index)" : names[index]
      let value = values.isEmpty ? "" : " = " + Axis.text(Double(values[index]), significant: 3)
      return Bar(name: name + value, value: Double(attributions[index]), isRest: false)
    }
    let rest = order.dropFirst(count)
    if !rest.isEmpty {
      let sum = rest.reduce(0) { $0 + Double(attributions[$1]) }
      bars.append(Bar(name: "sum of \(rest.count) others", value: sum, isRest: true))
    }
    return bars
  }
}
