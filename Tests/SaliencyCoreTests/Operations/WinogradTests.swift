import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Winograd's algorithm")
struct WinogradTests {
  /// Two convolutions of 3×3 with a rectifier between them, and the gradient.
  private func network(_ channels: [Int], extents: [Int], _ generator: inout SplitMix64) throws -> Graph {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [1, channels[0]] + extents)
    let convolution = Convolution(geometry: .init(rank: 2, before: [1, 1]))
    var value = x
    for (inputs, outputs) in zip(channels, channels.dropFirst()) {
      value = value.applying(
        convolution, builder.constant(.random([outputs, inputs, 3, 3], using: &generator)),
        builder.constant(.random([outputs], using: &generator))
      ).rectified()
    }
    let seed = builder.input("seed", shape: value.shape)
    return try builder.graph(outputs: [
      value, Differentiation(of: value, seed: seed, withRespectTo: [x]).gradients[0]!,
    ])
  }

  @Test(
    "Results and gradients of convolutions of 3×3 are near those in double precision",
    arguments: [[3, 16, 16], [16, 16, 32], [3, 24, 16], [32, 20, 16], [32, 64, 32]], [[28, 28], [27, 33]])
  func gradients(_ channels: [Int], extents: [Int]) async throws {
    var generator = SplitMix64(seed: 21)
    let graph = try network(channels, extents: extents, &generator)
    let inputs = [
      "x": Tensor.random([1, channels[0]] + extents, using: &generator),
      "seed": Tensor.random([1, channels[2]] + extents, using: &generator),
    ]
    let expected = try ReferenceEvaluator.evaluate(graph, inputs.mapValues(ReferenceTensor.init))
    let results = try await sharedExecutor.run(sharedExecutor.compile(graph), inputs)
    #expect(relativeError(results[0].values.map(Double.init), expected[0].values) <= 2e-6)
    #expect(relativeError(results[1].values.map(Double.init), expected[1].values) <= 1e-4)
  }

  @Test("It serves both ways, and from the first layer on nothing changes its layout between convolutions")
  func steps() async throws {
    var generator = SplitMix64(seed: 22)
    let graph = try network([3, 64, 64, 64], extents: [32, 32], &generator)
    let works = try await sharedExecutor.compile(graph).stepDescriptions.map(\.work)
    #expect(works.filter { $0 == "convolution forward winograd" }.count == 2, "\(works)")
    #expect(works.filter { $0 == "convolution backward winograd" }.count == 2, "\(works)")
    // The input, the result, the seed and the gradient.
    #expect(works.filter { $0.hasPrefix("reorder") }.count <= 4, "\(works)")
  }
}
