import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Differentiation")
struct DifferentiationTests {
  /// The gradients of the sum of `output` by value, for inputs by label.
  private func gradients(
    of output: Value, _ sources: [Value], _ inputs: [String: [Float]]
  ) async throws -> [[Float]] {
    let builder = output.builder
    let ones = [Float](repeating: 1, count: output.shape.elementCount)
    let gradients = try Differentiation(
      of: output, seed: builder.constant(Tensor(shape: output.shape, values: ones)), withRespectTo: sources
    ).gradients
    let graph = try builder.graph(outputs: gradients.map { try #require($0) })
    let plan = try await sharedExecutor.compile(graph)
    let tensors = inputs.mapValues { Tensor(shape: [$0.count], values: $0) }
    return try await sharedExecutor.run(plan, tensors).map(\.values)
  }

  @Test("The product rule by hand")
  func product() async throws {
    let builder = GraphBuilder()
    let (x, y) = (builder.input("x", shape: [2]), builder.input("y", shape: [2]))
    let result = try await gradients(of: x * y + x, [x, y], ["x": [2, 3], "y": [5, 7]])
    #expect(result == [[6, 8], [2, 3]])
  }

  @Test("A value that is used several times collects all its gradients")
  func severalUses() async throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [2])
    // d/dx (x·x + x − 3x) = 2x − 2
    let result = try await gradients(of: x * x + x - x * 3, [x], ["x": [2, -1]])
    #expect(result == [[2, -4]])
  }

  @Test(
    "The gradient with respect to a value in the middle stops there, and does not disturb that of the input")
  func middle() async throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [1])
    let middle = x * 3
    let result = try await gradients(of: middle * middle + x, [x, middle], ["x": [2]])
    // y = m² + x with m = 3x = 6.
    #expect(result == [[37], [12]])
  }

  @Test("The gradient of a value with respect to itself is the seed")
  func itself() async throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [2])
    #expect(try await gradients(of: x, [x, x], ["x": [2, 4]]) == [[1, 1], [1, 1]])
  }

  @Test("A source without a path has no gradient: unused, later than the output, behind a step function")
  func noPath() throws {
    let builder = GraphBuilder()
    let (x, unused) = (builder.input("x", shape: [2]), builder.input("unused", shape: [2]))
    let output = x * 2
    let later = output * 3
    let seed = builder.constant(Tensor(shape: [2], values: [1, 1]))
    let gradients = try Differentiation(of: output, seed: seed, withRespectTo: [unused, later, x]).gradients
    #expect(gradients[0] == nil)
    #expect(gradients[1] == nil)
    #expect(gradients[2] != nil)
    for step in [Sign(), HeavisideStep(), Power(exponent: 0)] as [any SaliencyCore.Operation] {
      let flat = try Differentiation(of: x.applying(step), seed: seed, withRespectTo: [x]).gradients[0]
      #expect(flat == nil, "\(step)")
    }
  }

  @Test("A constant may be a source")
  func constantSource() async throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [2])
    let weight = builder.constant(Tensor(shape: [2], values: [3, 4]))
    #expect(try await gradients(of: x * weight, [weight], ["x": [5, 6]]) == [[5, 6]])
  }

  @Test("Nothing is appended for branches that the sources do not feed")
  func noNeedlessNodes() throws {
    let builder = GraphBuilder()
    let (x, y) = (builder.input("x", shape: [2]), builder.input("y", shape: [2]))
    let output = x + y.applying(Exponential()).applying(Sigmoid()).applying(HyperbolicTangent())
    let seed = builder.constant(Tensor(shape: [2], values: [1, 1]))
    let count = builder.nodes.count
    _ = try Differentiation(of: output, seed: seed, withRespectTo: [x])
    #expect(builder.nodes.count == count)
  }

  @Test("The nodes of a gradient are named after those that they differentiate, and the scope is put back")
  func names() throws {
    let builder = GraphBuilder()
    builder.scope = "mine"
    let x = builder.input("x", shape: [2])
    let output = x.applying(Sigmoid(), name: "head")
    let count = builder.nodes.count
    _ = try Differentiation(of: output, seed: output, withRespectTo: [x])
    #expect(builder.nodes[count...].allSatisfy { $0.name == "head/gradient" })
    #expect(builder.nodes.count > count)
    #expect(builder.scope == "mine")
  }

  @Test("A seed of another shape is refused")
  func wrongSeed() {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [2, 3])
    let error = #expect(throws: GraphError.self) {
      try Differentiation(of: x.rectified(), seed: x.sum(), withRespectTo: [x])
    }
    #expect(error?.description.contains("a seed of 1×1 does not fit an output of 2×3") == true)
  }

  @Test("Values of another graph are refused, not mistaken for values of this one")
  func foreignValues() {
    let (builder, other) = (GraphBuilder(), GraphBuilder())
    let x = builder.input("x", shape: [2])
    let foreign = other.input("x", shape: [2])
    for (seed, source) in [(foreign, x), (x, foreign)] {
      let error = #expect(throws: GraphError.self) {
        try Differentiation(of: x * 2, seed: seed, withRespectTo: [source])
      }
      #expect(error?.code == .foreignValue)
    }
  }

  @Test("An earlier failure of the builder comes out of the derivative")
  func earlierFailure() {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [2])
    let output = x * 2 + x.reshaped(to: [3])
    let error = #expect(throws: GraphError.self) {
      try Differentiation(of: output, seed: output, withRespectTo: [x])
    }
    #expect(error?.operation == "Reshape")
  }

  @Test("A chain of 50,000 nodes is built, differentiated and released", .timeLimit(.minutes(20)))
  func deepChain() throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [2])
    var value = x
    for _ in 0..<25_000 { value = (value * 1.5).rectified() }
    let gradient = try Differentiation(of: value, seed: value, withRespectTo: [x], rule: .guided)
    #expect(gradient.overridden.count == 25_000)
    let graph = try builder.graph(outputs: [#require(gradient.gradients[0])])
    #expect(graph.nodes.count == 50_001 + 75_000)
  }
}
