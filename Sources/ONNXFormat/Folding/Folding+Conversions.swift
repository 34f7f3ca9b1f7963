import FileAccess
import SaliencyCore

extension NodeImport {
  /// Changes of the element type.
  static let conversionFolds: [String: Fold] = [
    "Identity": { _, x throws(ImportFailure) in [x[0]] },
    "BitCast": bitCast,
    "Cast": { node, x throws(ImportFailure) in
      try x[0].converted(to: node.targetType(), saturates: node.flag("saturate", default: true))
    },
    "CastLike": { node, x throws(ImportFailure) in
      try x[0].converted(to: x[1].type, saturates: node.flag("saturate", default: true))
    },
  ]

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
  /// The bits of the numbers, read as those of another type of as many bits.
  static let bitCast: Fold = { node, x throws(ImportFailure) in
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
