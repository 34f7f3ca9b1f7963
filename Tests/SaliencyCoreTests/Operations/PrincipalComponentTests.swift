import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("The first principal component")
struct PrincipalComponentTests {
  private static func run(_ tensor: Tensor) async throws -> Tensor {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: tensor.shape)
    let graph = try builder.graph(outputs: [x.applying(PrincipalComponent())])
    return try await sharedExecutor.run(sharedExecutor.compile(graph), ["x": tensor])[0]
  }

  @Test(
    "It agrees with the eigenvector of the covariance",
    arguments: [[1, 1, 4], [2, 3, 5], [1, 8, 3], [3, 20, 49], [1, 40, 12], [2, 33, 64]] as [Shape])
  func agreement(shape: Shape) async throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: shape)
    var generator = SplitMix64(seed: UInt64(shape.elementCount))
    try await expectReferenceValues(
      of: try builder.graph(outputs: [x.applying(PrincipalComponent())]),
      ["x": .random(shape, using: &generator)])
  }

  @Test("Places on a line lie on it as far apart as they are, the farthest on the positive side")
  func line() async throws {
    // Four places along (3, −4), at −1, 0, 1 and −4 from a center that is at −1.
    let at: [Float] = [-1, 0, 1, -4]
    let values = at.map { 3 * $0 + 7 } + at.map { -4 * $0 + 2 }
    let result = try await Self.run(Tensor(shape: [1, 2, 4], values: values)).values
    for (value, expected) in zip(result, [0, -5, -10, 15] as [Float]) {
      #expect(abs(value - expected) < 1e-5)
    }
  }

  @Test("Directions that are next to equally long are told apart")
  func close() async throws {
    let count = 400
    var values = [Float](repeating: 0, count: 3 * count)
    // Three uncorrelated features whose spreads are 1, 1.001 and 0.999.
    for place in 0..<count {
      values[place] = place % 2 == 0 ? 1 : -1
      values[count + place] = place / 2 % 2 == 0 ? 1.001 : -1.001
      values[2 * count + place] = place / 4 % 2 == 0 ? 0.999 : -0.999
    }
    let result = try await Self.run(Tensor(shape: [1, 3, count], values: values)).values
    let sign: Float = result[0] > 0 ? 1 : -1
    #expect(result.indices.allSatisfy { abs(sign * result[$0] - values[count + $0]) < 1e-4 })
  }

  @Test("Places that do not differ give 0")
  func flat() async throws {
    let result = try await Self.run(Tensor(shape: [1, 3, 4], values: [Float](repeating: 2.5, count: 12)))
    #expect(result.values == [0, 0, 0, 0])
  }

  @Test("There is no derivative, which is an error and no zero")
  func derivative() throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [1, 2, 3])
    let y = x.applying(PrincipalComponent())
    let error = #expect(throws: GraphError.self) {
      try Differentiation(of: y, seed: y, withRespectTo: [x])
    }
    #expect(error?.code == .notDifferentiable)
  }
}
