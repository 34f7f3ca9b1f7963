/// The share of the attribution inside the mask: Σ|a| over the places inside, divided by Σ|a| over all (relevance mass accuracy, Arras et
/// al., "CLEVR-XAI", 2022; Wang et al., "Score-CAM", 2020, call it the energy-based pointing game). 0 where the attribution is zero.
///
/// Hold it against the mask's share of the input's area, which is what chance gives.
public struct MassInsideMask: ExplanationMetric {
  public let name = "mass-inside"
  public let preference = MetricPreference.higher

  /// The metric; it has no parameters.
  public init() {}

  public var scope: MetricScope { .masks }

  public func value(of explanation: EvaluatedExplanation) async throws -> MetricValue? {
    guard let mask = explanation.mask else { return nil }
    var (inside, all) = (0.0, 0.0)
    for (number, isInside) in zip(explanation.importance, mask) {
      all += Double(abs(number))
      if isInside { inside += Double(abs(number)) }
    }
    return MetricValue(all > 0 ? inside / all : 0)
  }

  static let entry = MetricEntry("mass-inside", "the share of the attribution that lies inside the mask") {
    _ in MassInsideMask()
  }
}
