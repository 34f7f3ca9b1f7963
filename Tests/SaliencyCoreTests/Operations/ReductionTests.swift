import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Reductions and softmax")
struct ReductionTests {
  static let shapes: [Shape] = [
    [1], [7], [3, 4], [2, 3, 4], [2, 3, 4, 2], [1, 24, 3, 3], [2, 3, 2, 2, 3],
  ]

  /// Every subset of the axes of every shape.
  static let reductions: [CheckedFunction] = (shapes + [[2, 1, 2, 3, 1, 2]]).flatMap { shape in
    (0..<1 << shape.count).flatMap { bits in
      let axes = shape.indices.filter { bits >> $0 & 1 == 1 }
      return [Reduction.Function.sum, .mean].flatMap { function -> [CheckedFunction] in
        let reduction = Reduction(function, axes: axes)
        let plain = CheckedFunction.operation(reduction, [.init(shape)], "\(function) over \(axes)")
        guard shape.count == 4 else { return [plain] }
        let remark = "\(function) over \(axes)"
        return [
          plain, .operation(reduction, [.init(shape)], blocked: true, checksSecondDerivative: false, remark),
        ]
      }
    }
  }

  @Test("A reduction and its derivatives agree with their definitions", arguments: reductions)
  func reduction(_ function: CheckedFunction) async throws {
    try await expectAgreement(on: function)
  }

  @Test("Sums over a large image keep their precision", arguments: [1, 3])
  func largeMean(_ channels: Int) async throws {
    var generator = SplitMix64(seed: 5)
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [1, channels, 224, 224])
    try await expectReferenceValues(
      of: builder.graph(outputs: [x.mean([2, 3]), x.sum([2, 3]), x.mean()]),
      ["x": .random(x.shape, in: 0...1, using: &generator)], tolerance: 5e-6)
  }

  static let softmaxes: [CheckedFunction] =
    (shapes + [[1, 1], [1, 40], [2, 3, 2, 1, 2, 3]]).flatMap { shape in
      shape.indices.flatMap { axis in
        ([Softmax(axis: axis), LogSoftmax(axis: axis)] as [any SaliencyCore.Operation]).flatMap {
          [
            CheckedFunction.operation($0, [.init(shape)], "along \(axis)"),
            .operation($0, [.init(shape)], blocked: true, "along \(axis)"),
          ]
        }
      }
    }

  @Test("A softmax and its derivatives agree with their definitions", arguments: softmaxes)
  func softmax(_ function: CheckedFunction) async throws {
    try await expectAgreement(on: function)
  }

  @Test("A softmax of large numbers does not overflow")
  func largeSoftmax() async throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [1, 3])
    let plan = try await sharedExecutor.compile(
      builder.graph(outputs: [x.applying(Softmax(axis: 1)), x.applying(LogSoftmax(axis: 1))]))
    let result = try await sharedExecutor.run(
      plan, ["x": Tensor(shape: [1, 3], values: [1000, 1000, -1000])])
    #expect(result[0].values == [0.5, 0.5, 0])
    #expect(
      relativeError(result[1].values.map(Double.init), [-0.693_147_18, -0.693_147_18, -2_000.693]) < 1e-6)
  }
}
