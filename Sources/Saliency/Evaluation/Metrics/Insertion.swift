/// Insertion: the area under the network's confidence while the places that matter most are shown first (Petsiuk et al., "RISE", 2018).
///
/// The confidence is the probability of the explained units, or where there is none what is explained. An explanation that names what
/// the network needs makes it rise at once: higher is better. The curve goes from the baseline, at 0, to the input, at 1.
public struct Insertion: ExplanationMetric {
  public let name = "insertion"
  public let preference = MetricPreference.higher
  /// At how many points of the way the network is run, beside its start; at most one a place.
  public let steps: Int
  /// What places are covered with at first; the paper blurs, so that no edges are shown that are not there.
  public let baseline: Baseline

  /// - Precondition: `steps` is at least 1.
  public init(steps: Int = 50, baseline: Baseline = .blur()) {
    precondition(steps >= 1, "`steps` must be at least 1")
    (self.steps, self.baseline) = (steps, baseline)
  }

  public var fitsTokens: Bool { baseline.fitsTokens }
  public var curveLabel: String? { "share of the input that is shown" }

  public func value(of explanation: EvaluatedExplanation) async throws -> MetricValue? {
    MetricValue(
      areaUnder: try await Replacement(steps: steps).curve(
        explanation, from: explanation.baseline(baseline), to: explanation.input.values))
  }

  static let entry = MetricEntry(
    "insertion", "the area under the confidence while the places that matter most are shown",
    options: [.steps, .init(name: "baseline", standard: "blur", summary: "zeros, mean, blur, or a number")]
  ) { options throws(SaliencyError) in
    Insertion(steps: try options.integer("steps", in: 1...100_000), baseline: try options.baseline())
  }
}
