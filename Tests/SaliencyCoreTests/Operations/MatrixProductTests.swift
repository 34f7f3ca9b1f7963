import SaliencyCore
import SaliencyTestSupport
import Testing

@Suite("Matrix product")
struct MatrixProductTests {
  /// The batch axes of both operands, and rows, inner extent and columns.
  static let rows: [(left: Shape, right: Shape, sizes: (Int, Int, Int))] = [
    ([], [], (1, 1, 1)), ([], [], (1, 5, 1)), ([], [], (4, 1, 3)), ([], [], (2, 3, 4)), ([], [], (1, 24, 10)),
    ([], [], (16, 32, 16)), ([2], [], (3, 4, 5)), ([2], [2], (3, 4, 2)), ([1], [2], (3, 4, 2)),
    ([2], [1], (3, 4, 2)), ([], [2], (3, 4, 2)), ([2, 3], [2, 3], (2, 3, 2)), ([2, 1], [1, 3], (2, 3, 2)),
    ([2, 3], [3], (2, 3, 2)), ([2], [3, 1], (2, 3, 2)), ([2, 3], [], (4, 1, 2)), ([1, 1], [], (2, 3, 4)),
    ([], [1, 1], (2, 3, 4)), ([2, 1, 2], [2, 3, 1], (2, 2, 3)), ([2, 3, 2, 2], [2, 1, 2, 2], (2, 2, 2)),
  ]

  static func function(_ index: Int, _ transposesLeft: Bool, _ transposesRight: Bool) -> (
    operation: MatrixProduct, left: Shape, right: Shape, columns: Int
  ) {
    let (left, right, (rows, inner, columns)) = Self.rows[index]
    return (
      MatrixProduct(transposesLeft: transposesLeft, transposesRight: transposesRight),
      left + (transposesLeft ? [inner, rows] : [rows, inner]),
      right + (transposesRight ? [columns, inner] : [inner, columns]), columns
    )
  }

  static let transpositions = [(false, false), (true, false), (false, true), (true, true)]

  @Test(
    "A matrix product and its derivatives agree with their definitions", arguments: rows.indices,
    transpositions.indices)
  func product(_ index: Int, _ transposition: Int) async throws {
    let (transposesLeft, transposesRight) = Self.transpositions[transposition]
    let (operation, left, right, columns) = Self.function(index, transposesLeft, transposesRight)
    try await expectAgreement(on: .operation(operation, [.init(left), .init(right)]))
    try await expectAgreement(on: .operation(operation, [.init(left), .init(right), .init([columns])]))
    try await expectAgreement(on: .operation(operation, [.init(left)], constants: [right]))
    try await expectAgreement(on: .operation(operation, [.init(left)], constants: [right, [columns]]))
    try await expectAgreement(
      on: CheckedFunction("constant left operand", [.init(right)]) { builder, arguments, generator in
        builder.append(operation, [builder.constant(.random(left, using: &generator)), arguments[0]])
      })
  }

  @Test("A matrix may be multiplied with itself")
  func square() async throws {
    for transposition in Self.transpositions {
      let operation = MatrixProduct(transposesLeft: transposition.0, transposesRight: transposition.1)
      try await expectAgreement(
        on: CheckedFunction("x · x", [.init([2, 3, 3])]) { _, arguments, _ in
          arguments[0].applying(operation, arguments[0])
        })
    }
  }

  @Test("An activation after a matrix product is part of it", arguments: [false, true])
  func activation(hasBias: Bool) async throws {
    for operation in [Rectifier(), Sigmoid(), Affine(scale: 2, offset: 1)] as [any SaliencyCore.Operation] {
      try await expectAgreement(
        on: CheckedFunction("activation", [.init([2, 3, 24])]) { builder, arguments, generator in
          let constants = [[24, 7], [7]].prefix(hasBias ? 2 : 1).map {
            builder.constant(.random($0, using: &generator))
          }
          return builder.append(MatrixProduct(), [arguments[0]] + constants).applying(operation)
        })
    }
  }
}
