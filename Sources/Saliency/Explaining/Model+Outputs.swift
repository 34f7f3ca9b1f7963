public import SaliencyCore

extension Model {
  /// What the network gives for an input: each output that can be computed, by its name.
  ///
  /// It is compiled anew each time. A ``Predictor`` is compiled once, and knows what the numbers of an output are.
  ///
  /// - Parameters:
  ///   - input: a tensor for the input in question.
  ///   - executor: where it runs; where nil, on `Executor.shared`.
  /// - Throws: what ``network(inputShape:)`` throws, and `GraphError` where no output can be computed.
  public func outputs(
    for input: Tensor, executor: Executor? = nil
  ) async throws -> [(name: String, values: Tensor)] {
    let network = try network(inputShape: input.shape)
    let outputs = network.availableOutputs
    if outputs.isEmpty, let first = network.outputs.first { try network.requireAvailable(first) }
    try input.requireFiniteInput()
    let executor = try executor ?? .shared
    let graph = try network.graph.withOutputs(outputs.map(\.node)).optimized()
    let plan = try await executor.compile(graph)
    let tensors = Dictionary(plan.inputs.map { ($0.label, input) }) { first, _ in first }
    let values = try await executor.run(plan, tensors)
    return zip(outputs, values).map { (name: $0.name, values: $1) }
  }
}
