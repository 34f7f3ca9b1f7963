public import SaliencyImage

/// The means of metrics over inputs, for several methods: what an evaluation shows in the end.
public struct EvaluationTable: Sendable {
  /// The columns.
  public let metrics: [any ExplanationMetric]
  /// The rows' names.
  public let methods: [String]
  /// For each method and metric the mean; nil where there was no number at all.
  public let means: [[MetricValue?]]

  /// The means of evaluations.
  ///
  /// - Parameters:
  ///   - methods: a name for each method.
  ///   - metrics: the metrics.
  ///   - evaluations: for each method what the metrics give for each of the inputs.
  public init(methods: [String], metrics: [any ExplanationMetric], evaluations: [[[MetricValue?]]]) {
    (self.methods, self.metrics) = (methods, metrics)
    means = evaluations.map { inputs in
      metrics.indices.map { metric in Self.mean(inputs.compactMap { $0[metric] }) }
    }
  }

  /// The mean of numbers, and of their curves where these have the same places.
  private static func mean(_ values: [MetricValue]) -> MetricValue? {
    guard let first = values.first else { return nil }
    let count = Double(values.count)
    let places = first.curve.map(\.share)
    let isComparable = values.allSatisfy { $0.curve.map(\.share) == places }
    let curve = (isComparable ? first.curve : []).indices.map { index in
      MetricValue.Point(
        share: places[index], value: values.reduce(0) { $0 + $1.curve[index].value } / count)
    }
    return MetricValue(values.reduce(0) { $0 + $1.value } / count, curve: curve)
  }

  /// Curves where metrics have them, and below them bars for the others, a panel a metric.
  ///
  /// - Throws: `ImageError` where the charts are larger than images may be.
  public func figure(title: String? = nil) throws(ImageError) -> Figure {
    var (curves, bars): ([Figure.Panel], [Figure.Panel]) = ([], [])
    for (index, metric) in metrics.enumerated() {
      guard let (panel, isCurve) = try panel(index, title: metric.title) else { continue }
      if isCurve { curves.append(panel) } else { bars.append(panel) }
    }
    let columns = metrics.count > 4 ? 3 : 2
    return Figure(
      rows: [curves, bars].flatMap { panels in
        stride(from: 0, to: panels.count, by: columns).map {
          Array(panels[$0..<min($0 + columns, panels.count)])
        }
      }, caption: title)
  }

  /// The chart of a metric, and whether that is one of curves; nil where it has no numbers.
  private func panel(
    _ metric: Int, title: String
  ) throws(ImageError) -> (panel: Figure.Panel, isCurve: Bool)? {
    let rows = methods.indices.compactMap { method in means[method][metric].map { (methods[method], $0) } }
    guard !rows.isEmpty else { return nil }
    guard let label = metrics[metric].curveLabel, rows.allSatisfy({ $0.1.curve.count > 1 }) else {
      var chart = try BarChart(attributions: rows.map { Float($0.1.value) }, names: rows.map(\.0))
      chart.plotWidth = 320
      return (try chart.panel(title: title), false)
    }
    var chart = try LineChart(
      series: rows.map { name, value in
        LineChart.Series(
          name: "\(name): \(Float(value.value).text)",
          points: value.curve.map { .init(x: $0.share, y: $0.value) })
      }, axisLabel: label)
    chart.plotWidth = 400
    return (try chart.panel(title: title), true)
  }
}

extension ExplanationMetric {
  /// The name, with which numbers are better.
  public var title: String {
    switch preference {
    case .higher: "\(name) (higher is better)"
    case .lower: "\(name) (lower is better)"
    case .none: name
    }
  }
}
