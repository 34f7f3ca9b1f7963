import SaliencyCore

/// A network a second time in the same graph, on a baseline; what does not depend on the input is shared.
struct BaselineTwin: Sendable {
  private let references: [Int: Int]

  init(of context: MethodContext, baseline: Baseline) throws {
    let builder = context.builder
    // An embedding has a baseline of its own: the numbers of tokens that pick its rows have none.
    let isEmbedding =
      context.attributionTarget.index != context.input.index
      && context.network.embeddingLayer(of: context.network.inputs[0])?.node
        == context.attributionTarget.index
    let start = isEmbedding ? context.attributionTarget : context.input
    let shape = start.shape
    if baseline.dependsOnInput {
      throw SaliencyError(
        .invalidSetting, "the baseline of DeepLIFT has to be known beforehand; a mean of the input is not")
    }
    let item = shape.count > 1 ? [1] + shape.dropFirst() : shape
    let zeros = Tensor(shape: item, values: [Float](repeating: 0, count: item.elementCount))
    let tensor = try baseline.tensor(for: zeros, channelAxis: context.channelAxis)
    let scope = builder.scope
    defer { builder.scope = scope }
    var references = [
      start.index: builder.constant(tensor, name: "baseline").broadcast(to: shape).index
    ]
    for (index, node) in context.network.graph.nodes.enumerated()
    where index <= context.explained.index && node.operands.contains(where: { references[$0] != nil }) {
      let operands = node.operands.map { builder.value(at: references[$0] ?? $0) }
      references[index] = builder.append(node.operation, operands, name: node.name + "/baseline").index
    }
    if let failure = builder.failure { throw failure }
    self.references = references
  }

  /// What a value of the network is on the baseline, or a value of the network with its axes in another order.
  func reference(of value: Value) -> Value {
    if let index = references[value.index] { return value.builder.value(at: index) }
    if let transpose = value.node.operation as? Transpose {
      return reference(of: value.builder.value(at: value.node.operands[0])).transposed(transpose.permutation)
    }
    return value
  }
}
