internal import FileAccess

/// A kind of number that the elements of a `.npy` file can be, such as `<f4`.
struct NumPyElementType: CustomStringConvertible {
  enum Kind { case boolean, signed, unsigned, float }

  let kind: Kind
  let size: Int
  let isBigEndian: Bool
  let description: String

  /// The type that NumPy writes as `description`, or `nil` if its elements cannot be read as numbers.
  init?(_ description: String) {
    let characters = Array(description.utf8)
    guard characters.count == 3, [UInt8]("<>|=".utf8).contains(characters[0]) else { return nil }
    switch description.dropFirst() {
    case "b1": (kind, size) = (.boolean, 1)
    case "i1": (kind, size) = (.signed, 1)
    case "i2": (kind, size) = (.signed, 2)
    case "i4": (kind, size) = (.signed, 4)
    case "i8": (kind, size) = (.signed, 8)
    case "u1": (kind, size) = (.unsigned, 1)
    case "u2": (kind, size) = (.unsigned, 2)
    case "u4": (kind, size) = (.unsigned, 4)
    case "u8": (kind, size) = (.unsigned, 8)
    case "f2": (kind, size) = (.float, 2)
    case "f4": (kind, size) = (.float, 4)
    case "f8": (kind, size) = (.float, 8)
    default: return nil
    }
    isBigEndian = characters[0] == UInt8(ascii: ">")
    self.description = description
  }

  /// The largest number of an integer type; 1 of others.
  var maximum: Float {
    switch kind {
    case .boolean, .float: 1
    case .signed: Float(UInt64.max >> (65 - 8 * UInt64(size)))
    case .unsigned: Float(UInt64.max >> (64 - 8 * UInt64(size)))
    }
  }

  /// The elements that fill the bytes.
  func decode(_ bytes: ArraySlice<UInt8>) -> [Float] {
    switch (kind, size) {
    case (.boolean, _): elements(of: bytes) { (bits: UInt8) in bits == 0 ? 0 : 1 }
    case (.signed, 1): elements(of: bytes) { (bits: UInt8) in Float(Int8(bitPattern: bits)) }
    case (.signed, 2): elements(of: bytes) { (bits: UInt16) in Float(Int16(bitPattern: bits)) }
    case (.signed, 4): elements(of: bytes) { (bits: UInt32) in Float(Int32(bitPattern: bits)) }
    case (.signed, _): elements(of: bytes) { (bits: UInt64) in Float(Int64(bitPattern: bits)) }
    case (.unsigned, 1): elements(of: bytes) { (bits: UInt8) in Float(bits) }
    case (.unsigned, 2): elements(of: bytes) { (bits: UInt16) in Float(bits) }
    case (.unsigned, 4): elements(of: bytes) { (bits: UInt32) in Float(bits) }
    case (.unsigned, _): elements(of: bytes) { (bits: UInt64) in Float(bits) }
    case (.float, 2): elements(of: bytes) { (bits: UInt16) in Float(halfBits: bits) }
    case (.float, 4): elements(of: bytes) { (bits: UInt32) in Float(bitPattern: bits) }
    case (.float, _): elements(of: bytes) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    }
  }

  private func elements<Bits: FixedWidthInteger>(
    of bytes: ArraySlice<UInt8>, _ convert: (Bits) -> Float
  ) -> [Float] {
    bytes.withUnsafeBytes { source in
      let total = source.count / MemoryLayout<Bits>.size
      return [Float](unsafeUninitializedCapacity: total) { buffer, count in
        for index in 0..<total {
          let stored = source.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
          let bits = isBigEndian ? Bits(bigEndian: stored) : Bits(littleEndian: stored)
          buffer.initializeElement(at: index, to: convert(bits))
        }
        count = total
      }
    }
  }
}
