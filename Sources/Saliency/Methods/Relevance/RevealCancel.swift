import SaliencyCore

/// DeepLIFT's reveal-cancel rule, at weighted sums z = Σᵢ xᵢ wᵢ + b whose only reader is an activation y = f(z).
///
/// With Δ the difference to the baseline, marked by 0, and Δz⁺ and Δz⁻ the sums of the terms Δxᵢ wᵢ above and below 0,
///
///     Δy⁺ = ½ (f(z₀ + Δz⁺) − f(z₀)) + ½ (f(z₀ + Δz⁺ + Δz⁻) − f(z₀ + Δz⁻))
///
/// and Δy⁻ alike. An input whose term is above 0 has wᵢ Δy⁺/Δz⁺ of the multiplier that arrives, one whose term is below 0 wᵢ Δy⁻/Δz⁻, and one without a difference
/// half of both.
struct RevealCancel: Sendable {
  /// The sums, by the node that computes them, each with the activation of it.
  private let sums: [Int: (site: WeightedSumSite, activation: Int)]
  /// The activations, and what the sums took in: multipliers pass them as they are.
  private let passed: Set<Int>

  init(_ context: MethodContext) {
    let path = context.explained.path(from: context.attributionTarget)
    let nodes = context.builder.nodes
    var readers: [Int: [Int]] = [:]
    for node in path {
      for operand in nodes[node].operands { readers[operand, default: []].append(node) }
    }
    /// The activation that alone reads a node, perhaps with its axes in another order.
    func activation(of node: Int) -> Int? {
      var node = node
      while let found = readers[node], found.count == 1,
        context.network.graph.nodes.indices.contains(found[0])
      {
        node = found[0]
        if nodes[node].operation is any ElementwiseOperation { return node }
        guard nodes[node].operation is Transpose else { return nil }
      }
      return nil
    }
    var (sums, passed) = ([Int: (site: WeightedSumSite, activation: Int)](), Set<Int>())
    for site in WeightedSumSearch(context, path: path).sites() where site.inputPosition == 0 {
      guard let activation = activation(of: site.end) else { continue }
      sums[site.node] = (site, activation)
      passed.formUnion(site.takenIn.union([activation]))
    }
    (self.sums, self.passed) = (sums, passed)
  }

  /// The multipliers of a node's operands; nil where the rule is not for it.
  func gradients(
    of operation: any Operation, _ context: GradientContext, _ twin: BaselineTwin
  ) throws(GraphError) -> [Value?]? {
    let multiplier = context.gradient
    if passed.contains(context.output.index) {
      return context.inputs.map { $0.isConstant ? nil : multiplier }
    }
    guard let (site, activation) = sums[context.output.index] else { return nil }
    let sum = WeightedSum(site, operation, context, keepsBias: true)
    let function = context.output.builder.nodes[activation].operation
    let difference = sum.input - twin.reference(of: sum.input)
    let (rise, fall) = (difference.rectified(), difference.minimum(0))
    let (up, down) = (sum.weights.rectified(), sum.weights.minimum(0))
    let positive = sum.sum(of: rise, weights: up) + sum.sum(of: fall, weights: down)
    let negative = sum.sum(of: rise, weights: down) + sum.sum(of: fall, weights: up)

    let start = twin.reference(of: sum.output).bounded()
    func value(_ sum: Value) -> Value { sum.applying(function) }
    let (before, after) = (value(start), value(start + positive + negative))
    let (risen, fallen) = (value(start + positive), value(start + negative))
    let derivative = try function.gradients(
      context.replacing(inputs: [sum.output], output: value(sum.output), gradient: multiplier))[0]
    func share(_ change: Value, of terms: Value) -> Value {
      (multiplier * change * 0.5).quotient(by: terms, else: derivative ?? multiplier)
    }
    let ofPositive = share((risen - before) + (after - fallen), of: positive)
    let ofNegative = share((fallen - before) + (after - risen), of: negative)

    let whereRising = sum.handedBack(ofPositive, through: up) + sum.handedBack(ofNegative, through: down)
    let whereFalling = sum.handedBack(ofPositive, through: down) + sum.handedBack(ofNegative, through: up)
    let (isRising, isFalling) = (difference.isGreater(than: 0), difference.isLess(than: 0))
    let elsewhere = (1 - isRising - isFalling) * ((whereRising + whereFalling) * 0.5)
    let result = isRising * whereRising + isFalling * whereFalling + elsewhere
    return context.inputs.indices.map { $0 == site.inputPosition ? result : nil }
  }
}
