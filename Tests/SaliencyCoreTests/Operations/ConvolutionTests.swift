import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Convolution")
struct ConvolutionTests {
  /// A row of the table: a convolution and the shapes that it is tried on.
  struct Row: Sendable, CustomStringConvertible {
    var input: Shape
    var kernel: Shape
    var strides: [Int]?
    var dilations: [Int]?
    var before: [Int]?
    var after: [Int]?
    var groups = 1
    var hasBias = false

    var geometry: WindowGeometry {
      WindowGeometry(
        rank: input.count - 2, strides: strides, dilations: dilations, before: before, after: after)
    }

    var description: String {
      "\(input.text) with \(kernel.text), strides \(geometry.strides), dilations \(geometry.dilations), "
        + "padding \(geometry.paddingBefore)…\(geometry.paddingAfter), \(groups) groups\(hasBias ? ", bias" : "")"
    }
  }

  static let rows: [Row] = [
    // One axis.
    Row(input: [1, 1, 1], kernel: [1, 1, 1]),
    Row(input: [2, 3, 9], kernel: [5, 3, 3], hasBias: true),
    Row(input: [1, 16, 12], kernel: [24, 16, 4], strides: [2], before: [1], after: [2]),
    Row(input: [2, 8, 20], kernel: [8, 1, 3], dilations: [4], before: [4], groups: 8, hasBias: true),
    Row(input: [1, 6, 11], kernel: [9, 2, 2], strides: [3], groups: 3),
    // Two axes, with channels that fill blocks of 8 and 16 and others that do not.
    Row(input: [1, 3, 7, 7], kernel: [16, 3, 3, 3], before: [1, 1], hasBias: true),
    Row(input: [2, 3, 8, 6], kernel: [7, 3, 3, 3], strides: [2, 2], before: [1, 1]),
    Row(input: [1, 16, 6, 5], kernel: [24, 16, 1, 1], hasBias: true),
    Row(input: [1, 24, 6, 6], kernel: [16, 24, 1, 1], strides: [2, 2]),
    Row(input: [1, 24, 5, 5], kernel: [40, 24, 3, 3], before: [1, 1]),
    Row(input: [1, 32, 5, 4], kernel: [3, 32, 3, 3], before: [1, 1], hasBias: true),
    Row(input: [2, 5, 6, 9], kernel: [4, 5, 2, 5], strides: [1, 3], before: [0, 1], after: [1, 4]),
    Row(input: [1, 3, 17, 17], kernel: [8, 3, 7, 7], strides: [4, 4], before: [3, 3]),
    Row(input: [1, 4, 9, 9], kernel: [6, 4, 3, 3], dilations: [2, 3], before: [2, 3], after: [1, 2]),
    Row(
      input: [1, 16, 9, 8], kernel: [16, 16, 3, 3], strides: [2, 1], dilations: [2, 2], before: [2, 2]),
    Row(input: [1, 2, 5, 5], kernel: [3, 2, 5, 5]),
    Row(input: [1, 2, 8, 8], kernel: [3, 2, 2, 2], strides: [3, 3]),
    Row(input: [1, 2, 2, 2], kernel: [3, 2, 3, 3], before: [4, 4]),
    Row(input: [1, 3, 1, 9], kernel: [4, 3, 1, 3], before: [0, 1]),
    // Groups.
    Row(input: [1, 16, 6, 6], kernel: [16, 1, 3, 3], before: [1, 1], groups: 16),
    Row(
      input: [2, 24, 7, 5], kernel: [24, 1, 3, 3], strides: [2, 2], before: [1, 1], groups: 24, hasBias: true),
    Row(input: [1, 3, 6, 6], kernel: [3, 1, 3, 3], before: [1, 1], groups: 3),
    Row(input: [1, 3, 6, 6], kernel: [6, 1, 3, 3], before: [1, 1], groups: 3),
    Row(input: [1, 32, 4, 4], kernel: [64, 16, 3, 3], before: [1, 1], groups: 2),
    Row(
      input: [1, 12, 5, 5], kernel: [8, 3, 3, 3], before: [1, 1], after: [0, 2], groups: 4, hasBias: true),
    Row(input: [1, 40, 5, 5], kernel: [40, 1, 5, 5], dilations: [2, 2], before: [4, 4], groups: 40),
    // Three axes.
    Row(input: [1, 2, 4, 5, 3], kernel: [3, 2, 2, 3, 2], hasBias: true),
    Row(input: [2, 3, 5, 4, 4], kernel: [16, 3, 3, 3, 3], strides: [2, 1, 2], before: [1, 1, 1]),
    Row(input: [1, 16, 3, 4, 4], kernel: [24, 16, 1, 1, 1]),
    Row(input: [1, 8, 4, 4, 4], kernel: [8, 1, 3, 3, 3], before: [1, 1, 1], after: [0, 1, 2], groups: 8),
    Row(input: [1, 4, 7, 5, 6], kernel: [4, 4, 2, 2, 2], dilations: [3, 1, 2]),
  ]

  @Test("A convolution and its derivatives agree with their definitions", arguments: rows)
  func convolution(_ row: Row) async throws {
    try await expectAgreement(
      on: .operation(
        Convolution(geometry: row.geometry, groups: row.groups), [.init(row.input)],
        constants: [row.kernel] + (row.hasBias ? [[row.kernel[0]]] : [])))
  }

  @Test("A transposed convolution and its derivatives agree with their definitions", arguments: rows)
  func transposedConvolution(_ row: Row) async throws {
    let convolution = Convolution(geometry: row.geometry, groups: row.groups)
    let input = try convolution.resultShape(of: [row.input, row.kernel])
    try await expectAgreement(
      on: .operation(
        TransposedConvolution(geometry: row.geometry, groups: row.groups, extents: Array(row.input[2...])),
        [.init(input)], constants: [row.kernel]))
  }

  @Test(
    "The gradient with respect to the bias is the sum over batch and positions",
    arguments: [[2, 3, 9], [1, 16, 5, 5], [2, 4, 3, 3, 3]] as [Shape])
  func bias(_ input: Shape) async throws {
    let function = CheckedFunction("bias of \(input.text)", [.init([24])]) { builder, arguments, generator in
      let spatial = input.count - 2
      return builder.append(
        Convolution(geometry: .init(rank: spatial)),
        [
          builder.constant(.random(input, using: &generator)),
          builder.constant(
            .random([24, input[1]] + [Int](repeating: 2, count: spatial), using: &generator)),
          arguments[0],
        ])
    }
    try await expectAgreement(on: function)
  }

  @Test("A kernel that depends on the input is refused by the derivative, not ignored")
  func varyingKernel() throws {
    let builder = GraphBuilder()
    let kernel = builder.input("kernel", shape: [2, 3, 1, 1])
    let image = builder.constant(Tensor(shape: [1, 3, 2, 2], values: [Float](repeating: 1, count: 12)))
    let output = builder.append(Convolution(geometry: .init(rank: 2)), [image, kernel], name: "stem")
    let error = #expect(throws: GraphError.self) {
      try Differentiation(of: output, seed: output, withRespectTo: [kernel])
    }
    #expect(error?.code == .notDifferentiable)
    #expect(error?.node == "stem")
    #expect(error?.description.contains("only a constant kernel") == true)
  }

  @Test("A kernel that is not a constant gives the right value")
  func kernelAsInput() async throws {
    var generator = SplitMix64(seed: 3)
    let builder = GraphBuilder()
    let image = builder.input("image", shape: [1, 16, 5, 5])
    let kernel = builder.input("kernel", shape: [24, 16, 3, 3])
    let output = image.applying(Convolution(geometry: .init(rank: 2)), kernel)
    try await expectReferenceValues(
      of: builder.graph(outputs: [output]),
      ["image": .random(image.shape, using: &generator), "kernel": .random(kernel.shape, using: &generator)])
  }
}
