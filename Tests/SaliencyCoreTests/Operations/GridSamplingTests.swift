import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Sampling at the points of a grid")
struct GridSamplingTests {
  static let rules: [GridSamplingRule] = [.nearest, .linear, .cubic].flatMap { filter in
    [.zeros, .edge, .reflection].flatMap { border in
      [false, true].map { GridSamplingRule(filter: filter, border: border, alignsCorners: $0) }
    }
  }

  /// The data, and the extents of the grid.
  private static let shapes: [(Shape, [Int])] = [
    ([1, 1, 3, 4], [2, 3]), ([2, 3, 4, 3], [3, 2]), ([1, 2, 1, 5], [4, 1]), ([1, 2, 2, 3, 4], [2, 2, 3]),
  ]

  static let functions: [CheckedFunction] = rules.flatMap { rule in
    shapes.flatMap { data, grid -> [CheckedFunction] in
      let rank = grid.count
      @Sendable func points(_ generator: inout SplitMix64) -> Tensor {
        .random([data[0]] + grid + [rank], in: -1.7...1.7, using: &generator)
      }
      return [
        CheckedFunction("samples of \(data.text) with \(rule)", [.init(data)]) {
          builder, arguments, generator in
          arguments[0].applying(GridSampling(rule), builder.constant(points(&generator)))
        },
        CheckedFunction("the adjoint to \(data.text) with \(rule)", [.init(Array(data[..<2]) + grid)]) {
          builder, arguments, generator in
          arguments[0].applying(
            GridSamplingGradient(rule, extents: Array(data[2...])), builder.constant(points(&generator)))
        },
      ]
    }
  }

  @Test("Samples and their derivatives agree with their definitions", arguments: functions)
  func sampling(_ function: CheckedFunction) async throws {
    try await expectAgreement(on: function)
  }

  @Test("Points far away, and what is no number, are the border", arguments: rules)
  func farPoints(_ rule: GridSamplingRule) async throws {
    let builder = GraphBuilder()
    let (x, grid) = (builder.input("x", shape: [1, 1, 2, 2]), builder.input("grid", shape: [1, 1, 3, 2]))
    let plan = try await sharedExecutor.compile(
      builder.graph(outputs: [x.applying(GridSampling(rule), grid)]))
    let points: [Float] = [1e30, -1e30, .nan, 0, -.infinity, .infinity]
    let result = try await sharedExecutor.run(
      plan,
      [
        "x": Tensor(shape: [1, 1, 2, 2], values: [1, 1, 1, 1]),
        "grid": Tensor(shape: [1, 1, 3, 2], values: points),
      ])
    #expect(result[0].firstNonFiniteIndex == nil)
  }
}
