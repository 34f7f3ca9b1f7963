/// A fault in protobuf's wire format, with the byte where it was noticed.
struct WireFault: Error, Equatable {
  var code: ONNXError.Code
  var message: String
  var byteOffset: Int
}

/// How a protobuf field's value is laid out. The two obsolete group types are missing: ONNX has none.
enum WireType: UInt8 {
  case varint = 0
  case fixed64 = 1
  case lengthDelimited = 2
  case fixed32 = 5
}

/// One field of a protobuf message, as it lies in the file.
struct WireField {
  var number: Int
  var type: WireType
  /// The bytes of tag, length and value.
  var extent: Range<Int>
  /// The bytes of the value alone.
  var value: Range<Int>
}

/// Walks over one protobuf message, one field after the other, and can read plain integers.
///
/// The bytes are handed to each call, as a span cannot be stored. It must be the same span every time.
struct WireCursor {
  private(set) var position: Int
  let end: Int

  /// A cursor over `range` of the bytes, which must lie within them.
  init(_ range: Range<Int>) {
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next field of the message, or nil at its end.
  mutating func nextField(in bytes: Span<UInt8>) throws(WireFault) -> WireField? {
    guard position < end else { return nil }
    let start = position
    let tag = try nextVarint(in: bytes)
    guard let number = Int(exactly: tag >> 3), 1...0x1FFF_FFFF ~= number else {
      throw WireFault(code: .malformed, message: "a field number is invalid", byteOffset: start)
    }
    guard let type = WireType(rawValue: UInt8(tag & 7)) else {
      let message = "a field has the invalid wire type \(tag & 7)"
      throw WireFault(code: .malformed, message: message, byteOffset: start)
    }
    var valueStart = position
    switch type {
    case .varint: _ = try nextVarint(in: bytes)
    case .fixed64: try skip(8, of: bytes)
    case .fixed32: try skip(4, of: bytes)
    case .lengthDelimited:
      let length = try nextVarint(in: bytes)
      valueStart = position
      try skip(length, of: bytes)
    }
    return WireField(number: number, type: type, extent: start..<position, value: valueStart..<position)
  }

  /// The next variable-length integer.
  mutating func nextVarint(in bytes: Span<UInt8>) throws(WireFault) -> UInt64 {
    let start = position
    var result: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard position < end else { throw overrun(bytes, message: "a number is cut off", at: start) }
      let byte = bytes[position]
      position += 1
      // The tenth byte holds the 64th bit alone.
      if shift == 63, byte > 1 { break }
      result |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte < 0x80 { return result }
    }
    throw WireFault(code: .malformed, message: "a number has more than 64 bits", byteOffset: start)
  }

  private mutating func skip(_ count: UInt64, of bytes: Span<UInt8>) throws(WireFault) {
    guard count <= UInt64(end - position) else {
      let message = "a field claims \(count) bytes where \(end - position) are left"
      throw overrun(bytes, message: message, at: position)
    }
    position += Int(count)
  }

  private func overrun(_ bytes: Span<UInt8>, message: String, at offset: Int) -> WireFault {
    WireFault(code: end == bytes.count ? .truncated : .malformed, message: message, byteOffset: offset)
  }
}
