/// Model randomization, a sanity check: the rank correlation of an explanation's places with those of the same network whose weights are random
/// from the last layer back to some layer, the mean over such layers (Adebayo et al., "Sanity Checks for Saliency Maps", 2018).
///
/// A method that explains the network changes with it: near 0 is right, and one that stays near 1 shows the input's edges, whatever the
/// network is. The curve goes from no layer, at 0, to all of them, at 1. The explained units stay the same. What weights become is told at
/// ``Model/randomized(share:seed:)``.
public struct ModelRandomization: ExplanationMetric {
  public let name = "randomization"
  public let preference = MetricPreference.lower
  /// How many cascades of layers are tried, evenly spread; at most one a layer.
  public let steps: Int
  /// Where the random numbers start; the same seed gives the same numbers.
  public let seed: UInt64

  /// - Precondition: there is a step.
  public init(steps: Int = 5, seed: UInt64 = 0) {
    precondition(steps >= 1, "`steps` must be at least 1")
    (self.steps, self.seed) = (steps, seed)
  }

  public var curveLabel: String? { "share of the layers that are random" }

  public func value(of explanation: EvaluatedExplanation) async throws -> MetricValue? {
    let source = explanation.source
    let explainer = source.items.explainer
    let model = explainer.provenance.model
    let layers = try model.network(inputShape: explainer.inputShape).weights.count
    guard layers > 0 else { return nil }
    let steps = min(steps, layers)
    var curve = [MetricValue.Point(share: 0, value: 1)]
    for step in 1...steps {
      let share = Double(step * layers / steps) / Double(layers)
      let importance = try await source.importance(
        of: explanation.input, in: model.randomized(share: share, seed: seed))
      curve.append(.init(share: share, value: Correlation.spearman(explanation.importance, importance)))
    }
    return MetricValue(MetricValue(meanOf: Array(curve.dropFirst())).value, curve: curve)
  }

  static let entry = MetricEntry(
    "randomization", aliases: ["randomisation"],
    "the rank correlation with the explanation of the network with random weights",
    options: [
      .init(name: "steps", standard: "5", summary: "cascades of layers, from the last layer back"), .seed,
    ]
  ) { options throws(SaliencyError) in
    ModelRandomization(
      steps: try options.integer("steps", in: 1...10_000), seed: try options.seed())
  }
}
