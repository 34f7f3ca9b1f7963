import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Graphs and their builder")
struct GraphBuilderTests {
  @Test("The first failure is kept with the node's name, and later ones do not replace it")
  func firstFailure() {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [2, 3])
    let broken = x.applying(Reshape(shape: [7]), name: "flatten")
    _ = broken.applying(Transpose(permutation: [5]), name: "later")
    let error = #expect(throws: GraphError.self) { try builder.graph(outputs: [broken]) }
    #expect(error?.code == .shapeMismatch)
    #expect(error?.description == "node 'flatten' (Reshape): 2×3 has 6 elements and cannot become 7")
  }

  @Test("Formulas on a value that failed go on without a trap")
  func formulasAfterFailure() {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [2, 3]).reshaped(to: [5])
    let values = [
      x + x, x * 2, 1 - x, -x, x / x, x.rectified(), x.magnitude(), x.power(2), x.gated(by: x, above: 0),
      x.reshaped(to: [9]), x.transposed([1, 0]), x.broadcast(to: [2, 5]), x.sum([4]), x.sum([-9]), x.mean(),
      x.mean([1], keepsAxes: false), x.sliced(axis: 3, from: 2, count: 9), x.summed(to: [2, 2, 2]),
      x.summed(to: [7]), x.applying(Softmax(axis: 1)), x.applying(Concatenation(axis: 2), x),
    ]
    let error = #expect(throws: GraphError.self) { try builder.graph(outputs: values) }
    #expect(error?.operation == "Reshape")
  }

  @Test("Axes may be counted from the end; one that does not exist is refused")
  func axes() throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [2, 3, 4])
    #expect(x.sum([-1]).shape == [2, 3, 1])
    #expect(x.mean([-3, 1], keepsAxes: false).shape == [4])
    #expect(x.sum().shape == [1, 1, 1])
    #expect(x.sum(keepsAxes: false).shape == [])
    _ = x.sum([1, -2])
    #expect(builder.failure?.message.contains("not distinct axes of 2×3×4") == true)
  }

  @Test("Values of another builder are refused")
  func foreignValues() {
    let (builder, other) = (GraphBuilder(), GraphBuilder())
    let x = builder.input("x", shape: [2])
    // At index 5 there is nothing in the first builder.
    let foreign = (0..<5).reduce(other.input("y", shape: [2])) { value, _ in value * 2 }
    #expect(throws: GraphError.self) { try builder.graph(outputs: [foreign]) }
    _ = builder.append(Addition(), [x, foreign], name: "sum")
    #expect(builder.failure?.code == .foreignValue)
    #expect(builder.failure?.node == "sum")
  }

  static let tooLarge: [(shape: Shape, message: String)] = [
    ([1 << 32, 2], "too large"), ([Int.max], "too large"), ([Int.max, Int.max], "too large"),
    ([Int.max, 0, Int.max], "too large"), ([0, Int.max, Int.max], "too large"), ([-1], "negative extent"),
    ([Int.min, 2], "negative extent"), ([0, -1], "negative extent"),
    ([Int](repeating: 1, count: 13), "more than 12 axes"),
  ]

  @Test("A tensor that nobody could compute is refused before anything is allocated", arguments: tooLarge)
  func largeTensors(_ shape: Shape, _ message: String) {
    let builder = GraphBuilder()
    _ = builder.input("image", shape: shape)
    #expect(builder.failure?.node == "image")
    #expect(builder.failure?.message.contains(message) == true)
    let other = GraphBuilder()
    _ = other.input("x", shape: [1]).broadcast(to: shape)
    #expect(other.failure != nil)
  }

  @Test("A builder continues a graph at the indices that it has")
  func continuing() async throws {
    let first = GraphBuilder()
    let x = first.input("x", shape: [2])
    let graph = try first.graph(outputs: [x * 2])
    let second = GraphBuilder(continuing: graph)
    let output = second.value(at: graph.outputs[0]) + 1
    let plan = try await sharedExecutor.compile(second.graph(outputs: [output]))
    let result = try await sharedExecutor.run(plan, ["x": Tensor(shape: [2], values: [1, 2])])
    #expect(result[0].values == [3, 5])
    #expect(graph.nodes.count == 2)
    #expect(graph.inputs == [0])
  }

  static let broadcasts: [(Shape, Shape, Shape?)] = [
    ([], [], []), ([], [3], [3]), ([2, 3], [3], [2, 3]), ([2, 1], [1, 3], [2, 3]), ([2, 3], [2], nil),
    ([0], [1], [0]), ([0], [2], nil), ([4, 1, 2], [3, 1], [4, 3, 2]),
  ]

  @Test("Shapes broadcast as in NumPy, both ways round", arguments: broadcasts)
  func broadcasting(_ left: Shape, _ right: Shape, _ expected: Shape?) {
    #expect(left.broadcast(with: right) == expected)
    #expect(right.broadcast(with: left) == expected)
  }
}
