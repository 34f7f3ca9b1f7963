internal import FileAccess

extension ONNXTensor {
  /// The elements as floats, row-major: rounded to nearest if need be, infinite if too large; false and true
  /// are 0 and 1.
  package func floats() -> [Float] {
    switch elementType {
    case .float32: map(UInt32.self) { Float(bitPattern: $0) }
    case .float64: map(UInt64.self) { Float(Double(bitPattern: $0)) }
    case .float16: map(UInt16.self) { Float(halfBits: $0) }
    case .bfloat16: map(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .bool: map(UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint8: map(UInt8.self) { Float($0) }
    case .int8: map(Int8.self) { Float($0) }
    case .uint16: map(UInt16.self) { Float($0) }
    case .int16: map(Int16.self) { Float($0) }
    case .uint32: map(UInt32.self) { Float($0) }
    case .int32: map(Int32.self) { Float($0) }
    case .uint64: map(UInt64.self) { Float($0) }
    case .int64: map(Int64.self) { Float($0) }
    default: preconditionFailure("a tensor of an unsupported type was made")
    }
  }

  /// The elements in double precision, row-major: integers beyond 2^53 rounded to nearest; false and true are 0 and 1.
  package func doubles() -> [Double] {
    switch elementType {
    case .float64: map(UInt64.self) { Double(bitPattern: $0) }
    case .uint32: map(UInt32.self) { Double($0) }
    case .int32: map(Int32.self) { Double($0) }
    case .uint64: map(UInt64.self) { Double($0) }
    case .int64: map(Int64.self) { Double($0) }
    default: floats().map(Double.init)
    }
  }

  /// The elements as integers, row-major; false and true are 0 and 1.
  ///
  /// - Throws: `unsupportedElementType` if the elements are floating-point numbers, `invalidModel` if one is
  ///   greater than `Int.max`.
  package func integers() throws(ONNXError) -> [Int] {
    switch elementType {
    case .bool: return map(UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint8: return map(UInt8.self) { Int($0) }
    case .int8: return map(Int8.self) { Int($0) }
    case .uint16: return map(UInt16.self) { Int($0) }
    case .int16: return map(Int16.self) { Int($0) }
    case .uint32: return map(UInt32.self) { Int($0) }
    case .int32: return map(Int32.self) { Int($0) }
    case .int64: return map(Int64.self) { Int($0) }
    case .uint64:
      let numbers = map(UInt64.self) { $0 }
      if let number = numbers.first(where: { $0 > Int.max }) {
        throw ONNXError(.invalidModel, "its element \(number) is too large", file: file, tensor: name)
      }
      return numbers.map { Int($0) }
    default:
      let message = "its elements are of type \(elementType) where integers are needed"
      throw ONNXError(.unsupportedElementType, message, file: file, tensor: name)
    }
  }

  private func map<Element: FixedWidthInteger & BitwiseCopyable, Value>(
    _ type: Element.Type, _ transform: (Element) -> Value
  ) -> [Value] {
    withUnsafeBytes { bytes in
      [Value](unsafeUninitializedCapacity: elementCount) { values, count in
        for index in 0..<elementCount {
          let offset = index * MemoryLayout<Element>.size
          let element = Element(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Element.self))
          values.initializeElement(at: index, to: transform(element))
        }
        count = elementCount
      }
    }
  }
}
