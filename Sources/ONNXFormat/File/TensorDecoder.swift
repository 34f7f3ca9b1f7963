import FileAccess

/// Brings a tensor's elements from its message into the form they have in memory.
struct TensorDecoder {
  let layout: TensorLayout
  /// Where the tensor's message lies in the file.
  let message: Range<Int>
  let file: MappedFile

  /// The elements, where they are in the file if possible.
  func storage() throws(TensorFault) -> ONNXTensor.Storage {
    try file.withSpan { (bytes) throws(TensorFault) in
      let contents = try TensorContents(of: message, in: bytes)
      guard let field = contents.field else {
        try layout.check(byteCount: 0, in: "the file")
        return .owned([])
      }
      let expected = TensorContents.Field(for: layout.elementType)
      guard field == .rawData || field == expected else {
        let message = "its elements are in \(field.name), where those of type \(layout.elementType) cannot be"
        throw TensorFault(.invalidModel, message, byteOffset: contents.lastPiece.lowerBound)
      }
      switch field {
      case .rawData, .floatData, .doubleData:
        try layout.check(byteCount: contents.byteCount, in: field.name)
        if contents.pieceCount == 1 { return .mapped(file, contents.lastPiece) }
        return .owned(try joinPieces(of: bytes, byteCount: contents.byteCount))
      case .int32Data, .int64Data, .uint64Data, .stringData:
        return .owned(try decodeIntegers(of: bytes, field: field, encodedByteCount: contents.byteCount))
      }
    }
  }

  private func joinPieces(of bytes: Span<UInt8>, byteCount: Int) throws(TensorFault) -> [UInt8] {
    var elements: [UInt8] = []
    elements.reserveCapacity(byteCount)
    var cursor = WireCursor(message)
    while let (_, value) = try cursor.nextContents(in: bytes) {
      for index in value { elements.append(bytes[index]) }
    }
    return elements
  }

  private func decodeIntegers(
    of bytes: Span<UInt8>, field: TensorContents.Field, encodedByteCount: Int
  ) throws(TensorFault) -> [UInt8] {
    var elements: [UInt8] = []
    // Each element takes at least one byte of the file.
    elements.reserveCapacity(min(layout.elementCount, encodedByteCount) * layout.elementByteCount)
    var elementCount = 0
    var cursor = WireCursor(message)
    while let (_, value) = try cursor.nextContents(in: bytes) {
      var numbers = WireCursor(value)
      while numbers.position < numbers.end {
        let start = numbers.position
        let number = try nextNumber(&numbers, in: bytes)
        elementCount += 1
        guard elementCount <= layout.elementCount else { continue }
        guard let element = element(number, of: field) else {
          let shown = field == .uint64Data ? "\(number)" : "\(Int64(bitPattern: number))"
          let message = "element \(elementCount - 1) is \(shown), which is no \(layout.elementType)"
          throw TensorFault(.invalidModel, message, byteOffset: start)
        }
        for byte in 0..<layout.elementByteCount {
          elements.append(UInt8(truncatingIfNeeded: element >> UInt64(8 * byte)))
        }
      }
    }
    // At most ten bytes of memory for one in the file: this cannot overflow.
    try layout.check(byteCount: elementCount * layout.elementByteCount, in: field.name)
    return elements
  }

  private func nextNumber(_ cursor: inout WireCursor, in bytes: Span<UInt8>) throws(TensorFault) -> UInt64 {
    do { return try cursor.nextVarint(in: bytes) } catch { throw TensorFault(error) }
  }

  /// The bits of an element that the list `field` holds as `number`, or nil if it is out of range.
  private func element(_ number: UInt64, of field: TensorContents.Field) -> UInt64? {
    let signed = Int64(bitPattern: number)
    let isValid =
      switch layout.elementType {
      case .uint8: 0...255 ~= signed
      case .int8: -128...127 ~= signed
      case .uint16: 0...65535 ~= signed
      case .int16: -32768...32767 ~= signed
      case .uint32: number <= UInt32.max
      // Parsers cut these to 32 bits, so that -1 may come as 2³² − 1.
      case .int32: Int64(Int32.min)...Int64(UInt32.max) ~= signed
      // The bits of the number, which some writers take for signed.
      case .float16, .bfloat16: -32768...65535 ~= signed
      case .bool: true
      default: true
      }
    guard isValid else { return nil }
    return layout.elementType == .bool ? (number == 0 ? 0 : 1) : number
  }
}
