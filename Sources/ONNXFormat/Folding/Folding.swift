import SaliencyCore

/// Works a node's results out where all operands are numbers known now; nil where that is not done here.
typealias Fold = @Sendable (NodeImport, [Numbers]) throws(ImportFailure) -> [Numbers]?

extension NodeImport {
  /// The results where all operands are numbers known now and the operator is one that is worked out at import, else nil.
  func foldedConstants() throws(ImportFailure) -> [Numbers]? {
    guard !inputs.isEmpty, let fold = Self.folds[node.opType] else { return nil }
    var operands: [Numbers] = []
    for input in inputs {
      // An operand that is left out between others has no numbers.
      guard let input else {
        guard Self.foldsWithGaps.contains(node.opType) else { return nil }
        operands.append(Numbers(shape: [0], values: [], type: .float32))
        continue
      }
      guard case .numbers(let numbers) = input else { return nil }
      operands.append(numbers)
    }
    guard let results = try fold(self, operands) else { return nil }
    for result in results where result.values.count > Numbers.limit(for: result.type) {
      guard result.isInteger else { return nil }
      throw ImportFailure(
        .limitExceeded, "integers of \(result.shape.text) are more than are worked out at import")
    }
    return results
  }

  /// The operators of arithmetic on known numbers.
  static var foldedOperators: some Collection<String> { folds.keys }

  /// The operators whose fold minds operands that are left out.
  private static let foldsWithGaps: Set<String> = [
    "Clip", "Slice", "Pad", "ReduceSum", "ReduceMax", "ReduceMin",
  ]

  static let folds: [String: Fold] = {
    let families = [
      arithmeticFolds, integerFolds, comparisonFolds, conversionFolds, movementFolds, rearrangementFolds,
      reductionFolds, orderFolds, creationFolds, boxFolds,
    ]
    return families.reduce(into: [:]) {
      $0.merge($1) { _, _ in preconditionFailure("an operator stands twice") }
    }
  }()
}

extension Numbers {
  /// Each number replaced by `body` of it, as elements of this type or another.
  func mapped(
    to type: ONNXElementType? = nil, _ body: (Double) throws(ImportFailure) -> Double
  ) throws(ImportFailure) -> Numbers {
    let type = type ?? self.type
    var result: [Double] = []
    result.reserveCapacity(values.count)
    for value in values { result.append(try type.element(try body(value))) }
    return Numbers(shape: shape, values: result, type: type)
  }

  /// Two tensors of numbers joined element by element, with NumPy's broadcasting, as elements of the first one's type or
  /// another.
  static func zipped(
    _ left: Numbers, _ right: Numbers, to type: ONNXElementType? = nil,
    _ body: (Double, Double) throws(ImportFailure) -> Double
  ) throws(ImportFailure) -> Numbers {
    let type = type ?? left.type
    let shape = try commonShape([left, right])
    let (a, b) = (left.broadcast(to: shape).values, right.broadcast(to: shape).values)
    var result: [Double] = []
    result.reserveCapacity(a.count)
    for index in a.indices { result.append(try type.element(try body(a[index], b[index]))) }
    return Numbers(shape: shape, values: result, type: type)
  }

  /// The shape that tensors take together.
  static func commonShape(_ operands: [Numbers]) throws(ImportFailure) -> Shape {
    var shape: Shape = []
    for operand in operands {
      guard let common = shape.broadcast(with: operand.shape) else {
        throw ImportFailure(
          .shapeMismatch,
          "\(operands.map(\.shape.text).joined(separator: " and ")) do not broadcast to one shape")
      }
      shape = common
    }
    guard shape.checkedElementCount ?? .max <= integerLimit else {
      throw ImportFailure(.limitExceeded, "\(shape.text) numbers are more than are worked out at import")
    }
    return shape
  }

  /// The numbers as 64-bit integers.
  func exactInteger(_ value: Double) throws(ImportFailure) -> Int64 {
    guard value.magnitude <= 0x1p53 else { throw .imprecise }
    return Int64(value)
  }
}
