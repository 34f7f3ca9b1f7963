public import SaliencyCore

/// DeepLIFT with the rescale rule: like input × gradient, but relative to a baseline, and with Δy/Δx instead of the derivative of each
/// activation (Shrikumar et al., "Learning Important Features Through Propagating Activation Differences", 2017).
///
/// The attributions add up to f(x) − f(x′). Products of two activations have their derivative at x, so that for networks with gates or
/// attention the sum is not exact.
public struct DeepLIFT: GraphMethod {
  public let name = "deeplift"
  /// The input that attributions are relative to.
  public let baseline: Baseline

  /// - Parameter baseline: the input that attributions are relative to; a mean of the input itself is not possible.
  public init(baseline: Baseline = .zeros) { self.baseline = baseline }

  /// Below this difference an activation has its derivative.
  private static let smallest: Float = 1e-6

  public func attribution(_ context: MethodContext) throws -> Value {
    let twin = try Twin(of: context, baseline: baseline)
    let rule = BackpropRule(name) { operation, context throws(GraphError) in
      let (input, reference) = (context.inputs[0], twin.reference(of: context.inputs[0]))
      let outputReference = twin.reference(of: context.output)
      if operation is MaximumPooling {
        let difference = input - reference
        let largest = context.output.maximum(outputReference)
        let atInput = try operation.gradients(
          context.replacing(gradient: context.gradient * (largest - outputReference)))
        let atReference = try operation.gradients(
          context.replacing(
            inputs: [reference], output: outputReference,
            gradient: context.gradient * (context.output - largest)))
        guard let a = atInput[0], let b = atReference[0],
          let derivative = try operation.gradients(context)[0]
        else { return nil }
        return [Self.quotient(a + b, by: difference, else: derivative)]
      }
      guard operation is any ElementwiseOperation, !(operation is Affine),
        let derivative = try operation.gradients(context)[0]
      else { return nil }
      let rescaled = context.gradient * (context.output - outputReference)
      return [Self.quotient(rescaled, by: input - reference, else: derivative)]
    }
    return try context.gradient(rule: rule) * (context.source - twin.reference(of: context.source))
  }

  /// numerator ÷ difference, and something else where the difference is next to nothing.
  private static func quotient(_ numerator: Value, by difference: Value, else other: Value) -> Value {
    let isSmall = difference.magnitude().isLess(than: smallest)
    return isSmall * other + (1 - isSmall) * (numerator / (difference + isSmall))
  }

  static let entry = MethodEntry(
    "deeplift", "differences to a baseline, handed back by the rescale rule; sums up to f(x) − f(baseline)",
    options: [.init(name: "baseline", standard: "zeros", summary: "zeros or a number")]
  ) { options throws(SaliencyError) in
    let baseline = try options.baseline()
    if case .mean = baseline { throw options.invalid("baseline", "zeros or a number") }
    return Method(DeepLIFT(baseline: baseline))
  }
}

/// A network a second time in the same graph, on a baseline; what does not depend on the input is shared.
private struct Twin: Sendable {
  private let references: [Int: Int]

  init(of context: MethodContext, baseline: Baseline) throws {
    let builder = context.builder
    let shape = context.input.shape
    if case .mean = baseline {
      throw SaliencyError(
        .invalidSetting, "the baseline of DeepLIFT has to be known beforehand; a mean of the input is not")
    }
    let item = shape.count > 1 ? [1] + shape.dropFirst() : shape
    let zeros = Tensor(shape: item, values: [Float](repeating: 0, count: item.elementCount))
    let tensor = try baseline.tensor(for: zeros, channelAxis: context.channelAxis)
    let scope = builder.scope
    defer { builder.scope = scope }
    var references = [
      context.input.index: builder.constant(tensor, name: "baseline").broadcast(to: shape).index
    ]
    for (index, node) in context.network.graph.nodes.enumerated()
    where index <= context.explained.index && node.operands.contains(where: { references[$0] != nil }) {
      let operands = node.operands.map { builder.value(at: references[$0] ?? $0) }
      references[index] = builder.append(node.operation, operands, name: node.name + "/baseline").index
    }
    if let failure = builder.failure { throw failure }
    self.references = references
  }

  /// What a value of the network is on the baseline.
  func reference(of value: Value) -> Value { value.builder.value(at: references[value.index] ?? value.index) }
}
