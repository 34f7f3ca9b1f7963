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
    func one() throws -> ExplanationGraph {
      try ExplanationGraph(model, question, inputShape: item(inputShape), entry: entry)
    }
    // A loss may mix the items of a batch.
    if case .units = question.subject {
      if let count = model.fixedItemCount {
        guard count > 1 else { return (try one(), 1) }
        let graph = try ExplanationGraph(
          model, question, inputShape: [count] + inputShape.dropFirst(), entry: entry)
        guard graph.graph.separatesItems(count) else {
          throw fixedBatch(of: count, entry == nil ? nil : graph.attributionTarget, file: model.path)
        }
        return (graph, count)
      }
      if limit > 1,
        let graph = try? ExplanationGraph(
          model, question, inputShape: [limit] + inputShape.dropFirst(), entry: entry),
        graph.graph.separatesItems(limit)
      {
        return (graph, limit)
      }
    }
    return (try one(), 1)
  }

  /// Samples cannot be run, as the network takes several items at once and they are not known to be apart.
  private static func fixedBatch(
    of count: Int, _ layer: ExplanationGraph.AttributionTarget?, file: String
  ) -> SaliencyError {
    let place =
      layer.map {
        "in layer '\(($0.layer ?? "").printable())' (\($0.shape.text)) they do not lie along the first axis"
      }
      ?? "nothing shows that they do not depend on each other"
    return SaliencyError(
      .invalidSetting,
      "the network takes \(count) items at once and no other number, and \(place), so that samples cannot be run; "
        + (layer == nil
          ? "export it with an open batch"
          : "choose a layer that has them there, or export it with an open batch"),
      file: file)
  }

  /// The shape of one sample.
  private static func item(_ inputShape: Shape) -> Shape { [1] + inputShape.dropFirst() }
}
