/// Deletion: the area under the network's confidence while the places that matter most are removed first (Petsiuk et al., "RISE", 2018).
///
/// The confidence is the probability of the explained units, or where there is none what is explained. An explanation that names what
/// the network needs makes it fall at once: lower is better. The curve goes from the input, at 0, to the baseline, at 1.
public struct Deletion: ExplanationMetric {
  public let name = "deletion"
  public let preference = MetricPreference.lower
  /// At how many points of the way the network is run, beside its start; at most one a place.
  public let steps: Int
  /// What stands for places that are removed.
  public let baseline: Baseline

  /// - Precondition: `steps` is at least 1.
  public init(steps: Int = 50, baseline: Baseline = .zeros) {
    precondition(steps >= 1, "`steps` must be at least 1")
    (self.steps, self.baseline) = (steps, baseline)
  }

  public var fitsTokens: Bool { baseline.fitsTokens }
  public var curveLabel: String? { "share of the input that is removed" }

  public func value(of explanation: EvaluatedExplanation) async throws -> MetricValue? {
    MetricValue(
      areaUnder: try await Replacement(steps: steps).curve(
        explanation, from: explanation.input.values, to: explanation.baseline(baseline)))
  }

  static let entry = MetricEntry(
    "deletion", "the area under the confidence while the places that matter most are removed",
    options: [.steps, .baseline]
  ) { options throws(SaliencyError) in
    Deletion(steps: try options.integer("steps", in: 1...100_000), baseline: try options.baseline())
  }
}
