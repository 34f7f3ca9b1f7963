import SaliencyCore

/// A graph compiled for a batch: for a few items at once where it keeps them apart, and else for all.
struct BatchedPlan: Sendable {
  /// The graph that is compiled.
  let explanation: ExplanationGraph
  let plan: Plan
  /// The shape of the inputs that run at once.
  let partShape: Shape
  /// How many items run at once.
  let partCount: Int
  private let itemCount: Int
  private let executor: Executor

  /// How many items run at once where the network lets them and memory has room for them. More take longer, as what they work out
  /// leaves the caches: `Documentation/Decisions.md` has the numbers.
  @TaskLocal static var defaultPartCount = 4

  /// Compiles a graph for a batch.
  ///
  /// - Parameters:
  ///   - shape: the shape of the inputs, with the batch as its first axis.
  ///   - executor: what compiles it and runs it.
  ///   - graph: the graph for a shape of inputs.
  /// - Throws: what `graph` throws, and `GraphError` where memory is too short.
  init(
    shape: Shape, _ executor: Executor, graph: @escaping (Shape) throws -> ExplanationGraph
  ) async throws {
    self.executor = executor
    itemCount = shape[0]
    if let parts = try await Self.parts(shape, executor, graph) {
      (explanation, plan, partCount) = parts
    } else {
      (explanation, plan) = try await Self.whole(shape, executor, graph)
      partCount = itemCount
    }
    partShape = [partCount] + shape.dropFirst()
  }

  /// How often the plan runs for a batch.
  var runCount: Int { (itemCount + partCount - 1) / max(partCount, 1) }

  /// What makes the input that says which units are explained, from the results of a run that are known by then, of which each row is
  /// that of an item of the batch.
  typealias Decision = @Sendable (_ results: [Tensor?], _ item: (_ row: Int) -> Int) throws -> Tensor

  /// The results for a batch of inputs.
  ///
  /// - Parameter decide: makes the seed; nil where the graph has none.
  /// - Throws: `GraphError` where the input has another shape, `CancellationError` before the next part where the task is cancelled, and what
  ///   `decide` throws.
  func run(_ input: Tensor, deciding decide: Decision? = nil) async throws -> [Tensor] {
    guard runCount > 1 else { return try await run(input, decide) { $0 } }
    let shape = [itemCount] + partShape.dropFirst()
    guard input.shape == shape else {
      throw GraphError(
        .inputMismatch,
        "input '\(explanation.inputLabel)' takes a tensor of \(shape.text), not \(input.shape.text)")
    }
    let last = itemCount - 1
    var parts: [[Tensor]] = []
    for start in stride(from: 0, to: itemCount, by: partCount) {
      try Task.checkCancellation()
      let count = min(partCount, itemCount - start)
      // The last part is filled with the last item.
      let filling = Array(repeating: input.items(in: last..<itemCount), count: partCount - count)
      let part = Tensor(joining: [input.items(in: start..<start + count)] + filling)
      let results = try await run(part, decide) { min(start + $0, last) }
      parts.append(results.map { count == partCount ? $0 : $0.items(in: 0..<count) })
    }
    return parts[0].indices.map { output in Tensor(joining: parts.map { $0[output] }) }
  }

  private func run(
    _ input: Tensor, _ decide: Decision?, _ item: @escaping @Sendable (Int) -> Int
  ) async throws -> [Tensor] {
    let tensors = [explanation.inputLabel: input]
    guard let decide else { return try await executor.run(plan, tensors) }
    return try await executor.run(plan, tensors, deciding: ExplanationGraph.targetLabel) {
      try decide($0, item)
    }
  }

  /// For as many items as are worth it and fit into memory; nil where there are none, or items mix.
  private static func parts(
    _ shape: Shape, _ executor: Executor, _ graph: (Shape) throws -> ExplanationGraph
  ) async throws -> (ExplanationGraph, Plan, partCount: Int)? {
    var count = shape[0] <= defaultPartCount ? shape[0] : partCount(of: shape[0])
    while count > 0, let part = part(count, of: shape, graph) {
      do {
        return (part, try await executor.compile(part.graph), count)
      } catch let error as GraphError where error.code == .outOfMemory {
        count /= 2
      }
    }
    return nil
  }

  /// The graph for a part of the batch; nil where there is none that keeps items apart.
  private static func part(
    _ count: Int, of shape: Shape, _ graph: (Shape) throws -> ExplanationGraph
  ) -> ExplanationGraph? {
    func explanation(_ count: Int) -> ExplanationGraph? { try? graph([count] + shape.dropFirst()) }
    guard let part = explanation(count) else { return nil }
    if count == shape[0] { return part }
    // One item by itself does not show it.
    let several = count > 1 ? part : explanation(2)
    return several?.graph.separatesItems(max(count, 2)) == true ? part : nil
  }

  private static func whole(
    _ shape: Shape, _ executor: Executor, _ graph: @escaping (Shape) throws -> ExplanationGraph
  ) async throws -> (ExplanationGraph, Plan) {
    let explanation = try graph(shape)
    let fitting = FittingBatch(executor: executor, shape: shape) { try graph($0).graph }
    return (explanation, try await fitting.compile(explanation.graph))
  }

  /// About as many as usual, so that the last part is as full as can be.
  private static func partCount(of itemCount: Int) -> Int {
    let count = defaultPartCount
    func rest(_ count: Int) -> Int { (itemCount + count - 1) / count * count - itemCount }
    return [count, count - 1, count + 1, count + 2].filter { $0 > 0 }.min { rest($0) < rest($1) }!
  }
}
