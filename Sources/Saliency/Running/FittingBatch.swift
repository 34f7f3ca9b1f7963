import SaliencyCore

/// Compiles graphs, and where memory is short finds the batch that would fit.
struct FittingBatch {
  let executor: Executor
  /// The shape of the inputs, with the batch as its first axis.
  let shape: Shape
  /// The graph for a shape of inputs.
  let graph: (Shape) throws -> Graph

  /// The compiled graph; the error of one that takes too much memory says which smaller batch would not.
  func compile(_ graph: Graph) async throws -> Plan {
    do {
      return try await executor.compile(graph)
    } catch var error as GraphError where error.code == .outOfMemory {
      if let advice = await advice(error.shortage) { error.message += "; " + advice }
      throw error
    }
  }

  /// What would fit; nil where that cannot be told.
  private func advice(_ shortage: GraphError.Shortage?) async -> String? {
    guard let shortage, let batch = shape.first, shape.count > 1 else { return nil }
    guard batch > 1 else {
      return "one item is the smallest batch: " + (executor.memoryLimit == nil ? "" : "raise the limit or ")
        + "give a smaller input"
    }
    guard let single = try? graph(shape(batch: 1)) else { return nil }
    do {
      let first = try await byteCount(of: single)
      return "a batch of \(await largestBatch(below: batch, shortage, first: first)) fits"
    } catch let error as GraphError where error.code == .outOfMemory {
      return "no smaller batch fits either"
        + (error.shortage.map { ", one item takes \($0.neededByteCount.byteText)" } ?? "")
    } catch {
      return nil
    }
  }

  /// The largest batch that was found to fit, to an eighth: what is told has been compiled. The search starts where it would end if
  /// each item took the same.
  private func largestBatch(below batch: Int, _ shortage: GraphError.Shortage, first: Int) async -> Int {
    let perItem = max(1, (shortage.neededByteCount - first) / (batch - 1))
    var (fitting, refused) = (1, batch)
    var candidate = min(batch - 1, 1 + max(0, shortage.availableByteCount - first) / perItem)
    while refused - fitting > max(1, fitting / 8) {
      candidate = min(max(candidate, fitting + 1), refused - 1)
      if let graph = try? graph(shape(batch: candidate)), (try? await byteCount(of: graph)) != nil {
        fitting = candidate
      } else {
        refused = candidate
      }
      candidate = (fitting + refused) / 2
    }
    return fitting
  }

  /// What a plan takes, which is given up at once.
  private func byteCount(of graph: Graph) async throws -> Int {
    let plan = try await executor.compile(graph)
    return plan.constantByteCount + plan.arenaByteCount
  }

  private func shape(batch: Int) -> Shape { [batch] + shape.dropFirst() }
}
