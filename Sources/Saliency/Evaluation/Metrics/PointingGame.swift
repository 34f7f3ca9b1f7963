/// The pointing game: 1 where the place that matters most lies inside the mask, 0 elsewhere (Zhang et al., "Top-Down Neural Attention by
/// Excitation Backprop", 2018). Of equal places the first counts. Over many inputs the mean is the share of hits.
public struct PointingGame: ExplanationMetric {
  public let name = "pointing-game"
  public let preference = MetricPreference.higher

  /// The metric; it has no parameters.
  public init() {}

  public var scope: MetricScope { .masks }

  public func value(of explanation: EvaluatedExplanation) async throws -> MetricValue? {
    guard let mask = explanation.mask else { return nil }
    let importance = explanation.importance
    let best = importance.indices.max { (importance[$0], -$0) < (importance[$1], -$1) }
    return MetricValue(best.map { mask[$0] } == true ? 1 : 0)
  }

  static let entry = MetricEntry("pointing-game", "whether the place that matters most lies inside the mask")
  {
    _ in PointingGame()
  }
}
