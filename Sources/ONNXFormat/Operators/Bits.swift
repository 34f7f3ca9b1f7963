import FileAccess
import SaliencyCore

extension OperatorTable {
  /// Work on the bits of integers and of other elements.
  static let bits: [OperatorDefinition] = [
    .init("BitwiseAnd", since: 18, operands: 2...2, fold: .bits(&)),
    .init("BitwiseOr", since: 18, operands: 2...2, fold: .bits(|)),
    .init("BitwiseXor", since: 18, operands: 2...2, fold: .bits(^)),
    .init(
      "BitwiseNot", since: 18, operands: 1...1,
      fold: Fold { _, x throws(ImportFailure) in
        let type = x[0].type
        return [
          try x[0].mapped { value throws(ImportFailure) in type.truncated(~(try x[0].exactInteger(value))) }
        ]
      }),
    .init(
      "BitShift", since: 11, operands: 2...2,
      fold: Fold { node, x throws(ImportFailure) in
        let type = x[0].type
        guard let direction = try node.text("direction"), ["LEFT", "RIGHT"].contains(direction) else {
          throw .invalid("attribute 'direction' has to be LEFT or RIGHT")
        }
        let width = Double(type.integerBitCount ?? 64)
        return [
          try .zipped(x[0], x[1]) { value, distance throws(ImportFailure) in
            let number = try x[0].exactInteger(value)
            // All bits are shifted out, and what is left is the sign on the right.
            guard distance >= 0, distance < width else { return direction == "RIGHT" && number < 0 ? -1 : 0 }
            return type.truncated(direction == "LEFT" ? number << Int64(distance) : number >> Int64(distance))
          }
        ]
      }),
    .init("BitCast", since: 26, operands: 1...1, fold: .bitCast),
  ]
}

extension Fold {
  fileprivate static func bits(_ body: @escaping @Sendable (Int64, Int64) -> Int64) -> Fold {
    Fold { _, x throws(ImportFailure) in
      let type = x[0].type
      return [
        try .zipped(x[0], x[1]) { a, b throws(ImportFailure) in
          type.truncated(body(try x[0].exactInteger(a), try x[1].exactInteger(b)))
        }
      ]
    }
  }

  /// The bits of the numbers, read as those of another type of as many bits.
  fileprivate static let bitCast = Fold { node, x throws(ImportFailure) in
    let type = try node.targetType()
    guard let count = x[0].type.byteCount, count == type.byteCount else {
      throw .unsupported("the bits of \(x[0].type) cannot be read as \(type)")
    }
    let source = x[0].type
    var values: [Double] = []
    for value in x[0].values {
      let bits: UInt64
      switch source {
      case .float32: bits = UInt64(Float(value).bitPattern)
      case .float64: bits = value.bitPattern
      case .bfloat16: bits = UInt64(Float(value).bitPattern >> 16)
      case .float16: throw .unsupported("the bits of float16 are not supported")
      default: bits = UInt64(bitPattern: try x[0].exactInteger(value))
      }
      switch type {
      case .float32: values.append(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
      case .float64: values.append(Double(bitPattern: bits))
      case .float16: values.append(Double(Float(halfBits: UInt16(truncatingIfNeeded: bits))))
      case .bfloat16: values.append(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits) << 16)))
      case .bool: values.append(bits == 0 ? 0 : 1)
      default: values.append(type.truncated(Int64(bitPattern: bits)))
      }
    }
    if !type.isFloatingPoint, values.contains(where: { $0.magnitude > 0x1p53 }) { throw .imprecise }
    return [Numbers(shape: x[0].shape, values: values, type: type)]
  }
}
