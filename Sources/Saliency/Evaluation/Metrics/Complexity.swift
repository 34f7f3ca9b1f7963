internal import LibC

/// Complexity: the entropy −Σ p ln p of the places' shares p = |a| / Σ|a| (Bhatt et al., "Evaluating and Aggregating Feature-based Model
/// Explanations", 2020).
///
/// From 0, where one place matters, to ln n, where all n do alike; ln n too where the attribution is zero.
public struct Complexity: ExplanationMetric {
  public let name = "complexity"
  public let preference = MetricPreference.lower

  /// The metric; it has no parameters.
  public init() {}

  public func value(of explanation: EvaluatedExplanation) async throws -> MetricValue? {
    let magnitudes = explanation.importance.map { Double(abs($0)) }
    let sum = magnitudes.reduce(0, +)
    guard sum > 0 else { return MetricValue(log(Double(max(magnitudes.count, 1)))) }
    return MetricValue(magnitudes.reduce(0) { $1 > 0 ? $0 - $1 / sum * log($1 / sum) : $0 })
  }

  static let entry = MetricEntry("complexity", "the entropy of the places' shares of the attribution") {
    _ in Complexity()
  }
}
