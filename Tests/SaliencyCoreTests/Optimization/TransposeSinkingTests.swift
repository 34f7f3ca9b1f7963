import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Transpositions that move behind other operations")
struct TransposeSinkingTests {
  /// Two convolutions with batch normalization and a shortcut, with the channels at `axis`, and its gradient.
  private func network(channelsLast: Bool) throws -> Graph {
    var generator = SplitMix64(seed: 7)
    let builder = GraphBuilder()
    let x = builder.input("x", shape: channelsLast ? [1, 8, 8, 16] : [1, 16, 8, 8])
    func block(_ x: Value) -> Value {
      let kernel = builder.constant(.random([16, 16, 3, 3], using: &generator))
      let convolution = Convolution(geometry: .init(rank: 2, before: [1, 1]))
      let vectorShape = channelsLast ? [16] : [16, 1, 1]
      let scale = builder.constant(.random(vectorShape, using: &generator))
      let shift = builder.constant(.random(vectorShape, using: &generator))
      let result =
        channelsLast
        ? x.transposed([0, 3, 1, 2]).applying(convolution, kernel).transposed([0, 2, 3, 1])
        : x.applying(convolution, kernel)
      return (result * scale + shift).rectified()
    }
    let stem = block(x)
    let output = (stem + block(stem)).mean(channelsLast ? [1, 2] : [2, 3], keepsAxes: false)
    let gradient = try Differentiation(of: output, seed: output, withRespectTo: [x]).gradients[0]!
    return try builder.graph(outputs: [output, gradient]).optimized()
  }

  private func counts(_ graph: Graph) -> [String: Int] {
    graph.nodes.reduce(into: [:]) { $0[$1.operation.name, default: 0] += 1 }
  }

  @Test("A network with channels last becomes the one with channels first, but for its edges")
  func channelsLast() throws {
    let (last, first) = (counts(try network(channelsLast: true)), counts(try network(channelsLast: false)))
    let edges = last[Transpose.name, default: 0]
    #expect(edges <= 4)
    for name in [Convolution.name, TransposedConvolution.name, Rectifier.name, Gate.name, Addition.name] {
      #expect(last[name] == first[name], "\(name)")
    }
  }

  @Test("An operation on a transposed and on another full tensor stays where it is")
  func unevenOperands() throws {
    let builder = GraphBuilder()
    let (x, y) = (builder.input("x", shape: [2, 3, 4]), builder.input("y", shape: [4, 2, 3]))
    let sum = x.transposed([2, 0, 1]) + y
    let graph = try builder.graph(outputs: [sum]).optimized()
    #expect(graph.nodes.map(\.operation.name) == [Input.name, Input.name, Transpose.name, Addition.name])
  }

  @Test(
    "A transposition that only undoes another one vanishes",
    arguments: [[0, 2, 3, 1], [3, 1, 0, 2], [0, 1, 2, 3]])
  func inverse(_ permutation: [Int]) throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [2, 3, 4, 5])
    let inverse = permutation.indices.map { permutation.firstIndex(of: $0)! }
    let output = x.transposed(permutation).applying(Sigmoid()).transposed(inverse)
    let graph = try builder.graph(outputs: [output]).optimized()
    #expect(graph.nodes.map(\.operation.name) == [Input.name, Sigmoid.name])
  }
}
