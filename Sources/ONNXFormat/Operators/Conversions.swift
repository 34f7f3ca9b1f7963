import FileAccess
import SaliencyCore

extension OperatorTable {
  static let conversions: [OperatorDefinition] = [
    .init(
      "Cast", operands: 1...1, integers: .carried, trace: .same,
      fold: Fold { node, x throws(ImportFailure) in
        try x[0].converted(to: node.targetType(), saturates: node.flag("saturate", default: true))
      },
      import: { node throws(ImportFailure) in try converted(node, to: try node.targetType()) }),
    .init(
      "CastLike", since: 15, operands: 2...2, integers: .carried, trace: .same,
      fold: Fold { node, x throws(ImportFailure) in
        try x[0].converted(to: x[1].type, saturates: node.flag("saturate", default: true))
      },
      import: { node throws(ImportFailure) in try converted(node, to: try node.input(1).type) }),
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

extension Numbers {
  /// The numbers as elements of another type; fractions of integers are cut off.
  fileprivate func converted(to type: ONNXElementType, saturates: Bool) throws(ImportFailure) -> [Numbers] {
    guard ![.string, .complex64, .complex128, .float8e8m0].contains(type) else {
      throw .unsupported("numbers are cast to \(type)")
    }
    if let format = type.format(saturates: saturates) {
      return [Numbers(shape: shape, values: values.map { Double(format.rounded(Float($0))) }, type: type)]
    }
    return [
      try mapped(to: type) { value throws(ImportFailure) in
        guard !type.isFloatingPoint, type != .bool else { return value }
        // Many exporters write the largest integers where they mean no limit.
        if !self.type.isFloatingPoint, value.magnitude > 0x1p53, type == .int64 { return value }
        guard value.isFinite else { throw .unsupported("\(value) is cast to \(type)") }
        return value.rounded(.towardZero)
      }
    ]
  }
}

extension NodeImport {
  /// The element type that attribute `to` names.
  func targetType(_ attribute: String = "to", default value: Int = 1) throws(ImportFailure) -> ONNXElementType
  {
    let number = try integer(attribute, default: value)
    guard let type = ONNXElementType(rawValue: Int32(clamping: number)) else {
      throw .invalid("element type \(number) does not exist")
    }
    return type
  }
}
