import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Binary operations")
struct BinaryTests {
  static let operations: [any SaliencyCore.Operation] = [
    Addition(), Subtraction(), Multiplication(), Division(), Maximum(), Minimum(), Exponentiation(),
    Remainder(sign: .dividend), Remainder(sign: .divisor), Comparison(.equal), Comparison(.greater),
    Comparison(.greaterOrEqual), Comparison(.less), Comparison(.lessOrEqual),
  ]

  static let shapes: [(Shape, Shape)] = [
    ([], []), ([1], []), ([5], [5]), ([5], []), ([], [5]), ([2, 3], [3]), ([3], [2, 3]), ([2, 3], [2, 1]),
    ([2, 1], [1, 3]), ([1, 3], [2, 1]), ([4, 1, 3], [2, 1]), ([1, 1], [1, 1, 1]),
    ([2, 3, 4, 5], [2, 3, 4, 5]), ([2, 3, 4, 5], [1, 3, 1, 1]), ([1, 3, 1, 1], [2, 3, 4, 5]),
    ([2, 3, 4, 5], [3, 1, 1]), ([2, 3, 4, 5], [5]), ([2, 3, 4, 5], [4, 5]), ([2, 1, 1, 1], [2, 3, 4, 5]),
    ([2, 3, 1, 5], [2, 1, 4, 1]), ([2, 3, 4, 5], [1, 1, 1, 1]),
    ([1, 24, 3, 3], [1, 24, 1, 1]), ([1, 24, 1, 1], [1, 24, 3, 3]), ([1, 24, 3, 3], [24, 1, 1]),
    ([1, 16, 3, 3], [1, 16, 3, 3]), ([2, 24, 3, 3], [2, 24, 3, 3]), ([2, 24, 3, 3], [1, 24, 3, 3]),
    ([2, 40, 3], [1, 40, 1]), ([2, 3, 2, 2, 2], [1, 3, 1, 1, 1]), ([2, 2, 1, 2, 3, 2], [2, 2, 1, 2]),
    ([1, 3, 4, 4], [1, 1, 4, 4]), ([1, 24, 4, 4], [1, 1, 4, 4]), ([1, 24, 4, 4], [1, 24, 4, 1]),
  ]

  static let functions: [CheckedFunction] = operations.flatMap { operation -> [CheckedFunction] in
    // A divisor and what is compared stay away from 0 and from each other.
    let (left, right): (ClosedRange<Float>, ClosedRange<Float>) =
      switch operation {
      case is Division, is Remainder: (-2...2, 0.5...2)
      case is Exponentiation: (0.3...2, -2...2)
      default: (-2...2, -2...2)
      }
    return shapes.flatMap { pair -> [CheckedFunction] in
      let layouts = pair.0.count < 3 && pair.1.count < 3 ? [false] : [false, true]
      return layouts.map { blocked in
        .operation(
          operation, [.init(pair.0, in: left), .init(pair.1, in: right)], blocked: blocked,
          checksSecondDerivative: !blocked)
      }
    }
  }

  @Test("A binary operation and its derivatives agree with their definitions", arguments: functions)
  func binary(_ function: CheckedFunction) async throws {
    try await expectAgreement(on: function)
  }

  @Test("A constant is broadcast from either side", arguments: [1, 3])
  func constants(_ index: Int) async throws {
    let operation = Self.operations[index]
    for (left, right) in Self.shapes where left.count >= 3 || right.count >= 3 {
      try await expectAgreement(
        on: CheckedFunction("constant", [.init(left)], checksSecondDerivative: false) {
          builder, arguments, generator in
          let constant = builder.constant(.random(right, in: 0.5...2, using: &generator))
          return builder.append(operation, [arguments[0].inBlockedLayout(&generator), constant])
        })
      try await expectAgreement(
        on: CheckedFunction("constant", [.init(right, in: 0.5...2)], checksSecondDerivative: false) {
          builder, arguments, generator in
          let constant = builder.constant(.random(left, using: &generator))
          return builder.append(operation, [constant, arguments[0].inBlockedLayout(&generator)])
        })
    }
  }

  @Test("Both operands may be one value", arguments: operations.indices)
  func sameValueTwice(_ index: Int) async throws {
    let operation = Self.operations[index]
    try await expectAgreement(
      on: CheckedFunction("\(operation.name) of a value with itself", [.init([1, 24, 3, 3], in: 0.5...2)]) {
        builder, arguments, generator in
        let value = arguments[0].inBlockedLayout(&generator)
        return value.applying(operation, value) * value
      })
  }

  @Test("Where two values tie, the maximum and the minimum give each half of the gradient")
  func ties() async throws {
    for operation in [Maximum(), Minimum()] as [any SaliencyCore.Operation] {
      let builder = GraphBuilder()
      let (a, b) = (builder.input("a", shape: [1]), builder.input("b", shape: [1]))
      let gradients = try Differentiation(
        of: a.applying(operation, b), seed: builder.constant(Tensor(shape: [1], values: [1])),
        withRespectTo: [a, b]
      ).gradients
      let plan = try await sharedExecutor.compile(builder.graph(outputs: gradients.map { $0! }))
      let two = Tensor(shape: [1], values: [2])
      let result = try await sharedExecutor.run(plan, ["a": two, "b": two])
      #expect(result.map(\.values) == [[0.5], [0.5]])
    }
  }
}
