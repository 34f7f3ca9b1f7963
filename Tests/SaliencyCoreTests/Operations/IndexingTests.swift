import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Operations that pick elements by their places")
struct IndexingTests {
  static let functions: [CheckedFunction] = gathers + axisGathers + sums + extremes + selections

  @Test("Picking elements, and the derivatives of that, agree with their definitions", arguments: functions)
  func indexing(_ function: CheckedFunction) async throws {
    try await expectAgreement(on: function)
  }

  private static let gatherRows: [(Shape, [Int32])] = [
    ([1, 1, 1], [0]), ([1, 4, 1], [3, 0, 3, 3]), ([2, 3, 4], [2, 0]), ([2, 3, 1], [-1, 1, -1, 0]),
    ([3, 5, 2], [4, 4, 4, 4, 0, -1]), ([1, 40, 1], (0..<200).map { Int32($0 * 7 % 40) }), ([2, 3, 4], []),
  ]

  static let gathers: [CheckedFunction] = gatherRows.flatMap { shape, indices -> [CheckedFunction] in
    let gather = CheckedFunction.operation(
      Gather(indices: indices), [.init(shape)], "of rows \(indices.prefix(6))")
    guard !indices.isEmpty else { return [] }
    return [
      gather,
      .operation(
        ScatterAddition(indices: indices, count: shape[1]), [.init([shape[0], indices.count, shape[2]])],
        "to rows \(indices.prefix(6))"),
    ]
  }

  /// Data, positions and axis; each position is taken from the extent along the axis and one beyond it.
  private static let axisRows: [(Shape, Shape, Int)] = [
    ([5], [3], 0), ([3, 4], [6, 4], 0), ([3, 4], [3, 2], 1), ([2, 3, 4], [2, 5, 4], 1),
    ([1, 24, 3, 3], [1, 2, 3, 3], 1),
  ]

  static let axisGathers: [CheckedFunction] = axisRows.flatMap { data, positions, axis -> [CheckedFunction] in
    @Sendable func places() -> Tensor {
      Tensor(
        shape: positions,
        values: (0..<positions.elementCount).map { Float(($0 * 5 + 1) % (data[axis] + 1)) })
    }
    return [
      CheckedFunction("gather along \(axis) of \(data.text)", [.init(data)]) { builder, arguments, _ in
        arguments[0].applying(AxisGather(axis: axis), builder.constant(places()))
      },
      CheckedFunction("scatter along \(axis) to \(data.text)", [.init(positions)]) { builder, arguments, _ in
        arguments[0].applying(AxisScatterAddition(axis: axis, extent: data[axis]), builder.constant(places()))
      },
      CheckedFunction("the two largest along \(axis) of \(data.text)", [.init(data)]) { _, arguments, _ in
        arguments[0].applying(
          AxisGather(axis: axis), arguments[0].applying(TopKIndices(axis: axis, count: min(2, data[axis]))))
      },
      CheckedFunction("the smallest along \(axis) of \(data.text)", [.init(data)]) { _, arguments, _ in
        arguments[0].applying(
          AxisGather(axis: axis),
          arguments[0].applying(TopKIndices(axis: axis, count: 1, isDescending: false)))
      },
    ]
  }

  static let sums: [CheckedFunction] = [
    ([4], 0), ([2, 3], 1), ([2, 3, 4], 1), ([1, 24, 2, 2], 1), ([3, 1], 1),
  ]
  .flatMap { (shape: Shape, axis: Int) in
    [(false, false), (false, true), (true, false), (true, true)].flatMap { isExclusive, isReversed in
      [
        .operation(
          CumulativeSum(axis: axis, isExclusive: isExclusive, isReversed: isReversed), [.init(shape)],
          "along \(axis), exclusive \(isExclusive), reversed \(isReversed)"),
        CheckedFunction(
          "cumulative product of \(shape.text) along \(axis), exclusive \(isExclusive), reversed \(isReversed)",
          [.init(shape, in: 0.5...2)]
        ) { _, arguments, _ in
          arguments[0].cumulativeProduct(along: axis, isExclusive: isExclusive, isReversed: isReversed)
        },
      ]
    }
  }

  static let extremes: [CheckedFunction] = [[5], [3, 4], [2, 3, 4], [1, 24, 2, 2]].flatMap { (shape: Shape) in
    (1..<1 << shape.count).flatMap { bits -> [CheckedFunction] in
      let axes = shape.indices.filter { bits >> $0 & 1 == 1 }
      return [
        .operation(MinMaxReduction(axes: axes, isMaximum: true), [.init(shape)], "maximum over \(axes)"),
        .operation(MinMaxReduction(axes: axes, isMaximum: false), [.init(shape)], "minimum over \(axes)"),
        CheckedFunction("logarithm of the sum over \(axes) of \(shape.text)", [.init(shape)]) {
          _, arguments, _ in
          arguments[0].logarithmOfSumOfExponentials(over: axes)
        },
        CheckedFunction("product over \(axes) of \(shape.text)", [.init(shape, in: 0.7...1.3)]) {
          _, arguments, _ in
          arguments[0].product(over: axes)
        },
      ]
    }
  }

  private static let selectionRows: [(Shape, Shape, Shape)] = [
    ([], [], []), ([3], [3], [3]), ([2, 3], [3], [2, 1]), ([2, 1], [1, 4], []),
    ([1, 24, 2, 2], [24, 1, 1], [1]),
    ([2, 3, 1, 2], [2, 3, 2, 1], [3, 1, 2]),
  ]

  static let selections: [CheckedFunction] = selectionRows.flatMap { condition, yes, no in
    [false, true].map { blocked in
      CheckedFunction("selection by \(condition.text)", [.init(yes), .init(no)]) {
        builder, arguments, generator in
        let sides = arguments.map { blocked ? $0.inBlockedLayout(&generator) : $0 }
        let random = builder.constant(.random(condition, using: &generator))
        let isChosen = random.applying(Comparison(.greater), builder.constant(Tensor(0)))
        return isChosen.applying(Selection(), sides[0], sides[1])
      }
    }
  }

  @Test("Determinants agree with central differences", arguments: [1, 2, 3, 4])
  func determinant(_ extent: Int) async throws {
    try await expectAgreement(
      on: CheckedFunction("determinant", [.init([2, extent, extent])]) { _, arguments, _ in
        arguments[0].determinant()
      })
  }

  @Test("Elements that tie for the extreme share its gradient evenly")
  func ties() async throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [4])
    let largest = x.applying(MinMaxReduction(axes: [0], isMaximum: true))
    let gradient = try Differentiation(
      of: largest, seed: builder.constant(Tensor(shape: [1], values: [6])), withRespectTo: [x]
    ).gradients[0]!
    let plan = try await sharedExecutor.compile(builder.graph(outputs: [gradient]))
    let result = try await sharedExecutor.run(plan, ["x": Tensor(shape: [4], values: [2, 5, 5, 5])])
    #expect(result[0].values == [0, 2, 2, 2])
  }

  @Test("A product's derivative is right where factors are 0")
  func productsOfZeros() async throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [3])
    let gradient = try Differentiation(
      of: x.product(over: [0]), seed: builder.constant(Tensor(shape: [1], values: [1])), withRespectTo: [x]
    ).gradients[0]!
    let plan = try await sharedExecutor.compile(builder.graph(outputs: [gradient]))
    for (values, expected) in [([2, 0, 3], [0, 6, 0]), ([0, 0, 3], [0, 0, 0])] as [([Float], [Float])] {
      let result = try await sharedExecutor.run(plan, ["x": Tensor(shape: [3], values: values)])
      #expect(result[0].values == expected)
    }
  }

  @Test("Of equal elements the first ranks first, and what is no number ranks as the largest")
  func ranks() async throws {
    let builder = GraphBuilder()
    let x = builder.input("x", shape: [5])
    let outputs = [true, false].map { x.applying(TopKIndices(axis: 0, count: 5, isDescending: $0)) }
    let plan = try await sharedExecutor.compile(builder.graph(outputs: outputs))
    let result = try await sharedExecutor.run(plan, ["x": Tensor(shape: [5], values: [1, .nan, 3, 3, -1])])
    #expect(result.map(\.values) == [[1, 2, 3, 0, 4], [4, 0, 2, 3, 1]])
  }

  @Test("What is not selected does not come through, be it infinite or no number")
  func selectionOfSpecials() async throws {
    let builder = GraphBuilder()
    let (x, y) = (builder.input("x", shape: [3]), builder.input("y", shape: [3]))
    let result = x.applying(Selection(), x, y)
    let gradients = try Differentiation(of: result, seed: x, withRespectTo: [x, y]).gradients.map { $0! }
    let plan = try await sharedExecutor.compile(builder.graph(outputs: [result] + gradients))
    let tensors = [
      "x": Tensor(shape: [3], values: [1, 0, 2]), "y": Tensor(shape: [3], values: [.nan, 4, .infinity]),
    ]
    #expect(
      try await sharedExecutor.run(plan, tensors).map(\.values) == [[1, 4, 2], [1, 0, 2], [0, 0, 0]])
  }
}
