import SaliencyCore

extension OperatorTable {
  static let conversions: [String: OperatorImport] = [
    "Cast": { node throws(ImportFailure) in try converted(node, to: try node.targetType()) },
    "CastLike": { node throws(ImportFailure) in try converted(node, to: try node.input(1).type) },
  ]

  /// Real numbers are rounded to shorter formats, with the derivative of what is not rounded; integers are cut, and have
  /// none.
  private static func converted(
    _ node: NodeImport, to type: ONNXElementType
  ) throws(ImportFailure) -> [ImportedValue] {
    let source = try node.input(0).type
    if source == type { return [try node.input(0)] }
    let input = try node.value(0)
    switch type {
    case .float32, .float64: return [.computed(input, type)]
    case .bool: return [.computed(input.applying(FloatClassification(.nonZero)), type)]
    case .string, .complex64, .complex128, .float8e8m0:
      throw .unsupported("a value that depends on the input is cast to \(type)")
    default: break
    }
    if let format = type.format(saturates: try node.flag("saturate", default: true)) {
      return [.computed(input.applying(FormatRounding(format)), type)]
    }
    // Integers of the graph are exact up to 2^24, so that 32 bits with a sign hold all of them.
    if let old = source.integerRange, let new = type.integerRange,
      new.contains(old.lowerBound) && new.contains(old.upperBound) || [.int32, .int64].contains(type)
    {
      return [.computed(input, type)]
    }
    guard let bits = type.integerBitCount else { throw .unsupported("a cast to \(type) is not supported") }
    return [.computed(input.applying(IntegerTruncation(bitCount: bits, isSigned: type.isSigned)), type)]
  }
}
