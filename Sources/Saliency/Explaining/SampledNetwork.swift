import SaliencyCore

/// A network with its question, compiled for as many samples at once as it lets through.
struct SampledNetwork: Sendable {
  let explanation: ExplanationGraph
  let plan: Plan
  /// How many samples run at once.
  let batchCount: Int
  /// The label of the input that samples are given as.
  let label: String

  /// The network from each of several entries on, for as many samples at once as memory has room for: half as many until all of them fit
  /// together.
  ///
  /// - Parameters:
  ///   - entries: the positions of layers whose activations the samples are; of the network's input where nil.
  ///   - limit: the most samples at once.
  /// - Throws: `GraphError` where one sample at a time does not fit either.
  static func compiled(
    _ model: ArrangedModel, _ question: ExplanationGraph.Question, inputShape: Shape, entries: [Int?],
    atMost limit: Int, _ executor: Executor
  ) async throws -> [SampledNetwork] {
    var limit = limit
    while true {
      let graphs = try entries.map { try batched(model, question, inputShape: inputShape, limit, $0) }
      let count = graphs.map(\.1).max() ?? 1
      do {
        var networks: [SampledNetwork] = []
        for (entry, (explanation, batchCount)) in zip(entries, graphs) {
          networks.append(
            SampledNetwork(
              explanation: explanation,
              plan: try await plan(explanation, batchCount, inputShape: inputShape, executor),
              batchCount: batchCount, label: entry == nil ? explanation.inputLabel : Network.activationLabel))
        }
        return networks
      } catch let error as GraphError where error.code == .outOfMemory && count > 1 {
        limit = count / 2
      }
    }
  }

  private static func plan(
    _ explanation: ExplanationGraph, _ batchCount: Int, inputShape: Shape, _ executor: Executor
  ) async throws -> Plan {
    guard batchCount == 1 else { return try await executor.compile(explanation.graph) }
    return try await FittingBatch(executor: executor, shape: item(inputShape)) { _ in explanation.graph }
      .compile(explanation.graph)
  }

  /// The graph for as many samples at once as the network lets through, or for one.
  private static func batched(
    _ model: ArrangedModel, _ question: ExplanationGraph.Question, inputShape: Shape, _ limit: Int,
    _ entry: Int?
  ) throws -> (ExplanationGraph, Int) {
    // A loss may mix the items of a batch.
    if case .units = question.subject {
      let fixed = model.fixedItemCount
      for count in fixed.map({ [$0] }) ?? [limit] where count > 1 {
        let shape = [count] + inputShape.dropFirst()
        if let graph = try? ExplanationGraph(model, question, inputShape: shape, entry: entry),
          graph.graph.separatesItems(count)
        {
          return (graph, count)
        }
      }
    }
    return (try ExplanationGraph(model, question, inputShape: item(inputShape), entry: entry), 1)
  }

  /// The shape of one sample.
  private static func item(_ inputShape: Shape) -> Shape { [1] + inputShape.dropFirst() }
}
