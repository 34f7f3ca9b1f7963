import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Pooling")
struct PoolingTests {
  /// A row of the table: a window and the shape that it slides over.
  struct Row: Sendable, CustomStringConvertible {
    let input: Shape
    let window: PoolingWindow
    let blocked: Bool

    init(
      _ input: Shape, _ kernel: [Int], strides: [Int]? = nil, dilations: [Int]? = nil, before: [Int]? = nil,
      after: [Int]? = nil, blocked: Bool = false
    ) {
      self.input = input
      self.blocked = blocked
      window = PoolingWindow(
        kernel: kernel,
        geometry: WindowGeometry(
          rank: kernel.count, strides: strides, dilations: dilations, before: before, after: after))
    }

    var description: String {
      "\(input.text) under \(window.kernel), strides \(window.geometry.strides), "
        + "dilations \(window.geometry.dilations), padding \(window.geometry.paddingBefore)"
        + "…\(window.geometry.paddingAfter)\(blocked ? " in a blocked layout" : "")"
    }
  }

  static let rows: [Row] = [
    Row([1, 1, 1], [1]),
    Row([2, 3, 10], [3], strides: [2]),
    Row([1, 16, 9], [4], before: [2], after: [1], blocked: true),
    Row([1, 3, 6, 6], [2, 2], strides: [2, 2]),
    Row([2, 5, 7, 6], [3, 3], before: [1, 1]),
    Row([1, 16, 7, 7], [3, 3], strides: [2, 2], before: [1, 1], blocked: true),
    Row([1, 24, 6, 5], [2, 3], strides: [1, 2], before: [0, 1], after: [1, 2], blocked: true),
    Row([2, 3, 7, 7], [3, 3], strides: [2, 2], before: [0, 0], after: [1, 1], blocked: true),
    Row([1, 40, 4, 4], [4, 4], blocked: true),
    Row([1, 3, 9, 9], [3, 2], dilations: [2, 3], before: [1, 1]),
    Row([1, 24, 9, 9], [3, 3], strides: [2, 2], dilations: [2, 2], before: [2, 2], blocked: true),
    Row([1, 2, 9, 9], [2, 2], strides: [3, 3]),
    Row([1, 2, 4, 4, 4], [2, 2, 2], strides: [2, 2, 2]),
    Row([2, 3, 5, 4, 3], [3, 2, 3], strides: [1, 2, 1], before: [1, 0, 1], after: [0, 1, 2]),
    Row([1, 16, 3, 4, 4], [2, 3, 2], before: [1, 1, 1], blocked: true),
  ]

  @Test("A maximum pooling and its derivatives agree with their definitions", arguments: rows)
  func maximum(_ row: Row) async throws {
    try await expectAgreement(
      on: .operation(MaximumPooling(row.window), [.init(row.input)], blocked: row.blocked))
  }

  @Test(
    "An average pooling and its derivatives agree with their definitions", arguments: rows, [false, true])
  func average(_ row: Row, includesPadding: Bool) async throws {
    try await expectAgreement(
      on: .operation(
        AveragePooling(row.window, includesPadding: includesPadding), [.init(row.input)], blocked: row.blocked
      ))
  }

  @Test(
    "The gradient of an average pooling agrees with its definition by itself", arguments: rows, [false, true])
  func averageGradient(_ row: Row, includesPadding: Bool) async throws {
    let pooling = AveragePooling(row.window, includesPadding: includesPadding)
    try await expectAgreement(
      on: .operation(
        AveragePoolingGradient(row.window, includesPadding: includesPadding, extents: Array(row.input[2...])),
        [.init(try pooling.resultShape(of: [row.input]))], blocked: row.blocked))
  }

  @Test(
    "The gradient of a maximum pooling and the selection are linear in their first operand", arguments: rows)
  func maximumAdjoints(_ row: Row) async throws {
    let pooled = try MaximumPooling(row.window).resultShape(of: [row.input])
    try await expectAgreement(
      on: CheckedFunction("gradient of \(row)", [.init(pooled)]) { builder, arguments, generator in
        let input = builder.constant(.random(row.input, using: &generator))
        return arguments[0].applying(
          MaximumPoolingGradient(row.window), input, input.applying(MaximumPooling(row.window)))
      })
    try await expectAgreement(
      on: .operation(MaximumPoolingSelection(row.window), [.init(row.input)], constants: [row.input]))
  }

  @Test(
    "Of equal maxima the first receives the gradient, in any layout", arguments: [3, 16, 24], [false, true])
  func ties(channels: Int, blocked: Bool) async throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [1, channels, 2, 4])
    let identity = (0..<channels * channels).map { $0 % (channels + 1) == 0 ? 1 : 0 as Float }
    let kernel = builder.constant(Tensor(shape: [channels, channels, 1, 1], values: identity))
    let input = blocked ? x.applying(Convolution(geometry: .init(rank: 2)), kernel) : x
    let window = PoolingWindow(kernel: [2, 2], geometry: .init(rank: 2, strides: [2, 2]))
    let pooled = input.applying(MaximumPooling(window))
    let seed = builder.constant(
      Tensor(shape: pooled.shape, values: [Float](repeating: 3, count: pooled.shape.elementCount)))
    let gradient = try Differentiation(of: pooled, seed: seed, withRespectTo: [input]).gradients[0]!
    let positions = builder.constant(
      Tensor(shape: x.shape, values: (0..<channels).flatMap { _ in [0, 1, 2, 3, 4, 5, 6, 7] }))
    let selected = positions.applying(MaximumPoolingSelection(window), input)
    let plan = try await sharedExecutor.compile(builder.graph(outputs: [gradient, selected]))
    // The left window is all equal; in the right one two elements tie.
    let plane: [Float] = [5, 5, 1, 7, 5, 5, 7, 0]
    let result = try await sharedExecutor.run(
      plan, ["x": Tensor(shape: x.shape, values: (0..<channels).flatMap { _ in plane })])
    #expect(result[0].values == (0..<channels).flatMap { _ in [3, 0, 0, 3, 0, 0, 0, 0] as [Float] })
    #expect(result[1].values == (0..<channels).flatMap { _ in [0, 3] as [Float] })
  }

  @Test("Padding never wins, even over negative numbers")
  func paddingNeverWins() async throws {
    let builder = GraphBuilder()
    let input = builder.input("x", shape: [1, 1, 2])
    let pooled = input.applying(
      MaximumPooling(PoolingWindow(kernel: [2], geometry: .init(rank: 1, before: [1], after: [1]))))
    let plan = try await sharedExecutor.compile(builder.graph(outputs: [pooled]))
    let result = try await sharedExecutor.run(plan, ["x": Tensor(shape: [1, 1, 2], values: [-4, -3])])
    #expect(result[0].values == [-4, -3, -3])
  }
}
