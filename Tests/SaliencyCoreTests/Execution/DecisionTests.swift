import SaliencyCore
import SaliencyTestSupport
import Synchronization
import Testing

@Suite("Inputs that are chosen while a plan runs")
struct DecisionTests {
  /// The scores of x, and the gradient of the one that "choice" picks.
  private func plan() async throws -> Plan {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [1, 3])
    let scores = x * x
    let choice = builder.input("choice", shape: [1, 3])
    let gradient = try Differentiation(of: scores, seed: choice, withRespectTo: [x]).gradients[0]!
    return try await sharedExecutor.compile(builder.graph(outputs: [scores, gradient, choice, x]))
  }

  private let x = ["x": Tensor(shape: [1, 3], values: [1, -4, 3])]

  @Test("The choice sees the outputs that do not depend on it, and nothing else")
  func choice() async throws {
    let result = try await sharedExecutor.run(try await plan(), x, deciding: "choice") { known in
      #expect(known.map { $0?.values } == [[1, 16, 9], nil, nil, [1, -4, 3]])
      let scores = known[0]!.values
      let best = scores.firstIndex(of: scores.max()!)
      return Tensor(shape: [1, 3], values: scores.indices.map { $0 == best ? 1 : 0 })
    }
    #expect(result.map(\.values) == [[1, 16, 9], [0, -8, 0], [0, 1, 0], [1, -4, 3]])
  }

  @Test("A choice of another shape is refused, and an error of one's own comes out as it is")
  func failures() async throws {
    struct Undecided: Error {}
    let plan = try await plan()
    let wrong = await #expect(throws: GraphError.self) {
      try await sharedExecutor.run(plan, x, deciding: "choice") { _ in Tensor(1) }
    }
    #expect(wrong?.description.contains("'choice' takes a tensor of 1×3, not scalar") == true)
    await #expect(throws: Undecided.self) {
      try await sharedExecutor.run(plan, x, deciding: "choice") { _ in throw Undecided() }
    }
    let after = try await sharedExecutor.run(plan, x, deciding: "choice") { _ in
      Tensor(shape: [1, 3], values: [1, 0, 0])
    }
    #expect(after[1].values == [2, 0, 0])
  }

  @Test("A task that is cancelled while a plan runs stops before the next step")
  func cancelled() async throws {
    let plan = try await plan()
    let (start, begin) = AsyncStream.makeStream(of: Void.self)
    let handle = Mutex<Task<[Tensor], any Error>?>(nil)
    let task = Task { [x] in
      for await _ in start { break }
      return try await sharedExecutor.run(plan, x, deciding: "choice") { _ in
        handle.withLock { $0?.cancel() }
        return Tensor(shape: [1, 3], values: [1, 0, 0])
      }
    }
    handle.withLock { $0 = task }
    begin.yield()
    await #expect(throws: CancellationError.self) { try await task.value }
    let after = try await sharedExecutor.run(plan, x, deciding: "choice") { _ in
      Tensor(shape: [1, 3], values: [0, 0, 1])
    }
    #expect(after[1].values == [0, 0, 6])
  }

  @Test("A label that the plan does not have is never asked for")
  func unknownLabel() async throws {
    let plan = try await plan()
    let inputs = x.merging(["choice": Tensor(shape: [1, 3], values: [0, 0, 1])]) { $1 }
    let result = try await sharedExecutor.run(plan, inputs, deciding: "nothing") { _ in
      Issue.record("it was asked for")
      return Tensor(0)
    }
    #expect(result[1].values == [0, 0, 6])
  }
}
