import SaliencyCore

/// A network with its question, compiled for as many samples at once as it lets through.
struct SampledNetwork: Sendable {
  let explanation: ExplanationGraph
  let plan: Plan
  /// How many samples run at once.
  let batchCount: Int
  /// The label of the input that samples are given as.
  let label: String

  /// - Parameters:
  ///   - limit: the most samples at once.
  ///   - entry: the position of the layer whose activations the samples are; of the network's input where nil.
  init(
    _ model: Model, _ question: ExplanationGraph.Question, inputShape: Shape, _ limit: Int,
    _ executor: Executor, entry: Int? = nil
  ) async throws {
    (explanation, batchCount) = try Self.batched(model, question, inputShape: inputShape, limit, entry)
    label = entry == nil ? explanation.inputLabel : Network.activationLabel
    plan = try await executor.compile(explanation.graph)
  }

  /// The graph for as many samples at once as the network lets through, or for one.
  private static func batched(
    _ model: Model, _ question: ExplanationGraph.Question, inputShape: Shape, _ limit: Int, _ entry: Int?
  ) throws -> (ExplanationGraph, Int) {
    let item = inputShape.count > 1 ? [1] + inputShape.dropFirst() : inputShape
    // A loss may mix the items of a batch.
    if case .units = question.subject, inputShape.count > 1, limit > 1 {
      let shape = [limit] + inputShape.dropFirst()
      if let graph = try? ExplanationGraph(model, question, inputShape: shape, entry: entry),
        graph.hasBatch(of: limit)
      {
        return (graph, limit)
      }
    }
    return (try ExplanationGraph(model, question, inputShape: item, entry: entry), 1)
  }
}
