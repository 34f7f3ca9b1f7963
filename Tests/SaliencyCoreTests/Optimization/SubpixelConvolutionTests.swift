import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Gradients of first layers as convolutions")
struct SubpixelConvolutionTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let input: Shape
    let kernel: Shape
    let geometry: WindowGeometry
    let groups: Int
    let isRewritten: Bool

    init(
      _ description: String, _ input: Shape, _ kernel: Shape, strides: [Int], before: [Int]? = nil,
      after: [Int]? = nil, dilations: [Int]? = nil, groups: Int = 1, isRewritten: Bool = true
    ) {
      (testDescription, self.input, self.kernel, self.groups) = (description, input, kernel, groups)
      geometry = WindowGeometry(
        rank: strides.count, strides: strides, dilations: dilations, before: before, after: after)
      self.isRewritten = isRewritten
    }
  }

  static let rows = [
    Row("ResNet's", [2, 3, 24, 30], [16, 3, 7, 7], strides: [2, 2], before: [3, 3]),
    Row(
      "ResNet's with one channel and odd extents", [1, 1, 23, 17], [8, 1, 7, 7], strides: [2, 2],
      before: [3, 3]),
    Row("MobileNet's", [1, 3, 16, 16], [16, 3, 3, 3], strides: [2, 2], before: [1, 1]),
    Row(
      "Keras's, padded at the end alone", [1, 3, 16, 15], [16, 3, 3, 3], strides: [2, 2], before: [0, 0],
      after: [1, 1]),
    Row("VGG's", [1, 3, 12, 9], [16, 3, 3, 3], strides: [1, 1], before: [1, 1]),
    Row("ConvNeXt's patches", [1, 3, 16, 24], [32, 3, 4, 4], strides: [4, 4]),
    Row("patches that leave a margin", [1, 3, 19, 17], [32, 3, 4, 4], strides: [4, 4], isRewritten: false),
    Row(
      "strides that differ", [1, 2, 13, 18], [5, 2, 5, 3], strides: [3, 1], before: [2, 0], after: [1, 2]),
    Row("a line's", [2, 1, 40], [16, 1, 10], strides: [5], before: [3]),
    Row("a film's", [1, 3, 5, 12, 12], [16, 3, 3, 7, 7], strides: [1, 2, 2], before: [1, 3, 3]),
    Row(
      "more padding than kernel", [1, 3, 4, 4], [16, 3, 3, 3], strides: [1, 1], before: [3, 3],
      isRewritten: false),
    Row(
      "strides beyond the kernel, which would make work", [1, 3, 16, 16], [16, 3, 1, 1], strides: [4, 4],
      isRewritten: false),
    Row(
      "the largest strides", [1, 15, 4, 4, 4], [16, 15, 3, 3, 3], strides: [1 << 20, 1 << 20, 1 << 20],
      isRewritten: false),
    Row(
      "spread taps", [1, 3, 16, 16], [16, 3, 3, 3], strides: [1, 1], dilations: [2, 2], isRewritten: false),
    Row("groups", [1, 4, 8, 8], [16, 2, 3, 3], strides: [1, 1], groups: 2, isRewritten: false),
    Row("sixteen channels", [1, 16, 8, 8], [16, 16, 3, 3], strides: [1, 1], isRewritten: false),
  ]

  @Test(
    "They are the same numbers, by a primitive for the way forward where that is less work", arguments: rows)
  func gradients(_ row: Row) async throws {
    var generator = SplitMix64(seed: 5)
    let builder = GraphBuilder()
    let convolution = Convolution(geometry: row.geometry, groups: row.groups)
    let shape = try convolution.resultShape(of: [row.input, row.kernel])
    let gradient = builder.input("gradient", shape: shape)
    let transposed = TransposedConvolution(
      geometry: row.geometry, groups: row.groups, extents: Array(row.input[2...]))
    let graph = try builder.graph(outputs: [
      gradient.applying(transposed, builder.constant(.random(row.kernel, using: &generator)))
    ])
    try await expectReferenceValues(of: graph, ["gradient": .random(shape, using: &generator)])
    let works = try await sharedExecutor.compile(graph).stepDescriptions.map(\.work)
    #expect(!works.contains { $0.hasPrefix("convolution backward") } == row.isRewritten, "\(works)")
    #expect(works.contains { $0.hasPrefix("convolution forward") } == row.isRewritten, "\(works)")
  }
}
