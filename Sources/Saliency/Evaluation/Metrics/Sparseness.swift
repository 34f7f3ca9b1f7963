/// Sparseness: the Gini index of the places' magnitudes, Σᵢ (2i − n − 1) aᵢ / (n Σ a) over a in rising order (Chalasani et al., "Concise
/// Explanations of Neural Networks using Adversarial Training", 2020).
///
/// From 0, where all places matter alike, to nearly 1, where one does; 0 where the attribution is zero.
public struct Sparseness: ExplanationMetric {
  public let name = "sparseness"
  public let preference = MetricPreference.higher

  /// The metric; it has no parameters.
  public init() {}

  public func value(of explanation: EvaluatedExplanation) async throws -> MetricValue? {
    let magnitudes = explanation.importance.map { Double(abs($0)) }.sorted()
    let (count, sum) = (Double(magnitudes.count), magnitudes.reduce(0, +))
    guard sum > 0 else { return MetricValue(0) }
    let weighted = magnitudes.enumerated().reduce(0) {
      $0 + (2 * Double($1.offset + 1) - count - 1) * $1.element
    }
    return MetricValue(weighted / (count * sum))
  }

  static let entry = MetricEntry("sparseness", "the Gini index of the places' magnitudes") { _ in Sparseness()
  }
}
