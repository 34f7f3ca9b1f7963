import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Operations that move elements")
struct MovementTests {
  static let functions: [CheckedFunction] =
    transposes + slices + paddings + broadcasts + reshapes + concatenations

  @Test("Moving elements, and the derivatives of that, agree with their definitions", arguments: functions)
  func movement(_ function: CheckedFunction) async throws {
    try await expectAgreement(on: function)
  }

  static func permutations(of count: Int) -> [[Int]] {
    guard count > 0 else { return [[]] }
    return permutations(of: count - 1).flatMap { shorter in
      (0..<count).map { position in
        var longer = shorter
        longer.insert(count - 1, at: position)
        return longer
      }
    }
  }

  /// Every order of up to four axes and some of more.
  static let transposes: [CheckedFunction] =
    (0...4).flatMap { rank in
      permutations(of: rank).map {
        .operation(Transpose(permutation: $0), [.init(Array([2, 3, 4, 2].prefix(rank)))], "by \($0)")
      }
    } + [
      .operation(Transpose(permutation: [0, 2, 3, 1]), [.init([1, 24, 3, 2])], blocked: true),
      .operation(Transpose(permutation: [1, 0, 2]), [.init([2, 3, 4])], blocked: true),
      .operation(Transpose(permutation: [0, 2, 3, 4, 1]), [.init([1, 3, 2, 3, 2])], blocked: true),
      .operation(Transpose(permutation: [4, 0, 3, 1, 2]), [.init([2, 3, 2, 1, 3])]),
      .operation(Transpose(permutation: [0, 1, 4, 2, 5, 3]), [.init([1, 2, 3, 2, 2, 2])]),
      .operation(Transpose(permutation: [6, 5, 4, 3, 2, 1, 0]), [.init([2, 1, 2, 3, 1, 2, 2])]),
    ]

  private static let sliceRows: [(Shape, [Int], [Int], [Int])] = [
    ([], [], [], []),
    ([5], [0], [5], [1]),
    ([5], [4], [5], [-1]),
    ([7], [5], [3], [-2]),
    ([7], [1], [2], [5]),
    ([1], [0], [1], [9]),
    ([3, 4], [1, 0], [2, 2], [1, 3]),
    ([3, 4], [2, 3], [3, 2], [-1, -3]),
    ([2, 5, 4], [0, 4, 1], [2, 3, 1], [1, -2, 1]),
    ([1, 24, 4, 5], [0, 3, 1, 4], [1, 17, 3, 2], [1, 1, 1, -3]),
    ([2, 3, 2, 2, 3], [1, 0, 0, 1, 2], [1, 2, 2, 1, 2], [1, 2, 1, -1, -2]),
  ]

  static let slices: [CheckedFunction] = sliceRows.flatMap {
    (shape, starts, counts, steps) -> [CheckedFunction] in
    let slice = Slice(starts: starts, counts: counts, steps: steps)
    return [
      .operation(slice, [.init(shape)], "from \(starts) by \(steps)"),
      .operation(slice, [.init(shape)], blocked: true, "from \(starts) by \(steps)"),
      .operation(SliceScatter(slice, shape: shape), [.init(counts)], "from \(starts) by \(steps)"),
      CheckedFunction(
        "Slice of a transposition of \(shape.text) from \(starts) by \(steps)", [.init(shape.reversed())]
      ) {
        _, arguments, _ in arguments[0].transposed(shape.indices.reversed()).applying(slice)
      },
    ]
  }

  private static let paddingRows: [(Shape, [Int], [Int])] = [
    ([], [], []),
    ([3], [0], [0]),
    ([3], [2], [1]),
    ([5], [-2], [-1]),
    ([5], [-2], [3]),
    ([5], [4], [-3]),
    ([2, 3], [1, 0], [0, 2]),
    ([2, 3], [-1, 2], [1, -2]),
    ([1, 24, 3, 4], [0, 1, 1, 2], [1, 2, 0, -1]),
    ([2, 2, 3, 2, 2], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0]),
  ]

  static let paddings: [CheckedFunction] = paddingRows.flatMap {
    (shape, before, after) -> [CheckedFunction] in
    ([0, -1.5] as [Float]).flatMap { value -> [CheckedFunction] in
      let padding = Padding(before: before, after: after, value: value)
      return [
        .operation(padding, [.init(shape)], "by \(before), \(after) of \(value)"),
        .operation(padding, [.init(shape)], blocked: true, "by \(before), \(after) of \(value)"),
      ]
    }
  }

  private static let broadcastRows: [(Shape, Shape)] = [
    ([], []), ([], [1]), ([], [3]), ([], [2, 3]), ([1], [4]), ([3], [2, 3]), ([2, 1], [2, 3]),
    ([2, 1, 3], [4, 2, 2, 3]), ([1, 24, 1, 1], [2, 24, 3, 3]), ([2, 1, 3, 1, 2], [2, 2, 3, 2, 2]),
  ]

  static let broadcasts: [CheckedFunction] = broadcastRows.flatMap { (shape, target) -> [CheckedFunction] in
    [
      .operation(Broadcast(shape: target), [.init(shape)], "to \(target.text)"),
      .operation(Broadcast(shape: target), [.init(shape)], blocked: true, "to \(target.text)"),
    ]
  }

  private static let reshapeRows: [(Shape, Shape)] = [
    ([], [1, 1]), ([1], []), ([6], [2, 3]), ([2, 3], [3, 2]), ([1, 24, 2, 2], [1, 96]),
    ([2, 3, 2, 2], [2, 12]),
    ([1, 24, 2, 3], [2, 3, 24]), ([1, 3, 4, 4], [1, 3, 2, 2, 2, 2]), ([2, 2, 2, 2, 2, 2], [64]),
  ]

  static let reshapes: [CheckedFunction] = reshapeRows.flatMap { (shape, target) -> [CheckedFunction] in
    [
      .operation(Reshape(shape: target), [.init(shape)], "to \(target.text)"),
      .operation(Reshape(shape: target), [.init(shape)], blocked: true, "to \(target.text)"),
    ]
  }

  private static let concatenationRows: [(Int, [Shape])] = [
    (0, [[3]]), (0, [[3], [1], [2]]), (0, [[2, 3], [1, 3]]), (1, [[2, 3], [2, 1]]),
    (1, [[1, 16, 3, 3], [1, 32, 3, 3]]), (1, [[1, 3, 3, 3], [1, 24, 3, 3], [1, 8, 3, 3]]),
    (0, [[1, 24, 2, 2], [2, 24, 2, 2]]), (2, [[1, 24, 2, 2], [1, 24, 3, 2]]),
    (3, [[1, 3, 2, 2], [1, 3, 2, 1]]),
    (1, [[2, 3, 2, 2, 2], [2, 5, 2, 2, 2]]), (2, [[2, 16, 3], [2, 16, 4]]),
    (5, [[1, 2, 1, 2, 1, 2], [1, 2, 1, 2, 1, 3]]),
    (1, [[2, 0, 3], [2, 2, 3]]), (0, [[0], [2], [0], [3]]),
  ]

  static let concatenations: [CheckedFunction] = concatenationRows.flatMap {
    (axis, shapes) -> [CheckedFunction] in
    let isEmpty = shapes.contains { $0.elementCount == 0 }
    return (isEmpty ? [false] : [false, true]).map { blocked in
      .operation(Concatenation(axis: axis), shapes.map { .init($0) }, blocked: blocked, "along \(axis)")
    }
  }

  @Test("A value may be joined with itself, and with constants")
  func concatenationOfOneValue() async throws {
    try await expectAgreement(
      on: CheckedFunction("x, constant, x", [.init([1, 24, 3, 3])]) { builder, arguments, generator in
        let x = arguments[0].inBlockedLayout(&generator)
        return builder.append(
          Concatenation(axis: 1), [x, builder.constant(.random([1, 3, 3, 3], using: &generator)), x])
      })
  }

  @Test("Any number of operands may be joined", arguments: [17, 100, 1_500])
  func manyOperands(_ count: Int) async throws {
    var generator = SplitMix64(seed: 7)
    let builder = GraphBuilder()
    let values = (0..<count).map { builder.input("\($0)", shape: [1, 1 + $0 % 3]) }
    let inputs = values.enumerated().map { ("\($0)", Tensor.random($1.shape, using: &generator)) }
    try await expectReferenceValues(
      of: builder.graph(outputs: [builder.append(Concatenation(axis: 1), values)]),
      Dictionary(uniqueKeysWithValues: inputs), tolerance: 0)
  }
}
