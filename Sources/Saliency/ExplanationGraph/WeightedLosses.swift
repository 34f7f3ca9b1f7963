import SaliencyCore

/// Losses of a question as values of its graph, and their weighted sum.
struct WeightedLosses {
  /// Each loss: a number an item where it has the batch as its first axis, else one number.
  let values: [Value]
  /// The weighted sum of all elements of all losses.
  let total: Value
  /// What was asked, such as "conv5:13 − 0.5 · output:285".
  let name: String

  /// Builds the formulas.
  ///
  /// - Throws: `SaliencyError` where there is no loss, a weight is not finite, or a loss does not depend on what the gradient is
  ///   taken with respect to; `GraphError` where a formula is wrong; and what a loss throws.
  init(
    _ losses: [(Loss, weight: Float)], _ network: Network, _ builder: GraphBuilder,
    attributionTarget: (value: Value, name: String)
  ) throws {
    guard !losses.isEmpty else {
      throw SaliencyError(.invalidSetting, "no losses are given; give at least one")
    }
    let batch = network.inputs[0].shape.first
    let activations = Activations(network: network, builder: builder)
    var (values, total): ([Value], Value?) = ([], nil)
    for (loss, weight) in losses {
      let name = loss.name.printable()
      guard weight.isFinite else {
        throw SaliencyError(.invalidSetting, "the weight of loss '\(name)' is \(weight); it has to be finite")
      }
      builder.scope = "loss/" + loss.name
      let value = try loss.body(activations)
      if builder.failure?.code == .foreignValue || value.builder !== builder {
        throw SaliencyError(
          .invalidSetting,
          "loss '\(name)' is made of values of another graph; make it of the activations that it is given")
      }
      if let failure = builder.failure { throw failure }
      try value.requirePath(from: attributionTarget, in: network, name: "loss '\(name)'")
      let sum = value.sum(keepsAxes: false)
      let isPerItem = value.shape.first == batch
      values.append(
        isPerItem && value.shape.count > 1
          ? value.sum(Array(value.shape.indices.dropFirst()), keepsAxes: false) : isPerItem ? value : sum)
      let term = weight == 1 ? sum : sum * weight
      total = total.map { $0 + term } ?? term
    }
    builder.scope = "explanation"
    self.values = values
    self.total = total!
    name = Self.formula(losses.map { ($0.0.name, $0.weight) })
  }

  private static func formula(_ terms: [(name: String, weight: Float)]) -> String {
    terms.enumerated().map { position, term in
      let sign = term.weight < 0 ? "− " : position > 0 ? "+ " : ""
      let factor = abs(term.weight) == 1 ? "" : abs(term.weight).text + " · "
      return sign + factor + term.name
    }.joined(separator: " ")
  }
}
