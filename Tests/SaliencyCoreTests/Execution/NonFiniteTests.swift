import SaliencyCore
import Testing

@Suite("Numbers that are not finite")
struct NonFiniteTests {
  @Test("a constant that is NaN is refused by the name of its node", arguments: [0, 17, 32])
  func constant(index: Int) async throws {
    let executor = try Executor()
    let builder = GraphBuilder()
    let input = builder.input("input", shape: [33])
    var values = [Float](repeating: 1, count: 33)
    values[index] = .nan
    let weights = builder.constant(Tensor(shape: [33], values: values), name: "weights")
    let graph = try builder.graph(outputs: [(input * weights).rectified()])
    let error = try await #require(throws: GraphError.self) { try await executor.compile(graph) }
    #expect(error.code == .nonFinite)
    #expect(error.description.contains("'weights'"))
    #expect(error.description.contains("element \(index) "))
  }

  @Test("an infinite constant, as masks have them, is allowed")
  func mask() async throws {
    let executor = try Executor()
    let builder = GraphBuilder()
    let input = builder.input("input", shape: [2])
    let mask = builder.constant(Tensor(shape: [2], values: [0, -.infinity]))
    let plan = try await executor.compile(
      try builder.graph(outputs: [(input + mask).applying(Softmax(axis: 0))]))
    let result = try await executor.run(plan, ["input": Tensor(shape: [2], values: [1, 2])])
    #expect(result[0].values == [1, 0])
  }
}
