import SaliencyCore

extension NodeImport {
  /// Changes of the element type.
  static let conversionFolds: [String: Fold] = [
    "Identity": { _, x throws(ImportFailure) in [x[0]] },
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
