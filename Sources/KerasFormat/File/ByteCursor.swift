/// A place in a region from which little-endian fields are read, one after the other, up to an end.
struct ByteCursor {
  let region: ByteRegion
  private(set) var position: Int
  let end: Int

  /// A cursor over `range`, which lies within the region.
  init(_ region: ByteRegion, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= region.count)
    self.region = region
    position = range.lowerBound
    end = range.upperBound
  }

  var remaining: Int { end - position }

  /// The place of the next `count` bytes, which are passed over.
  mutating func take(_ count: Int) throws(StorageFault) -> Range<Int> {
    guard count >= 0, count <= end - position else {
      throw .malformed("a structure at byte \(position) ends too early")
    }
    defer { position += count }
    return position..<(position + count)
  }

  mutating func skip(_ count: Int) throws(StorageFault) {
    _ = try take(count)
  }

  /// Passes over bytes up to a multiple of `alignment` after `start`.
  mutating func align(to alignment: Int, after start: Int) throws(StorageFault) {
    let excess = (position - start) % alignment
    if excess > 0 { try skip(alignment - excess) }
  }

  mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ type: Integer.Type = Integer.self
  ) throws(StorageFault) -> Integer {
    let range = try take(MemoryLayout<Integer>.size)
    return region.withUnsafeBytes(in: range) { Integer(littleEndian: $0.loadUnaligned(as: Integer.self)) }
  }

  mutating func byte() throws(StorageFault) -> Int { Int(try integer(UInt8.self)) }
  mutating func short() throws(StorageFault) -> Int { Int(try integer(UInt16.self)) }
  mutating func word() throws(StorageFault) -> Int { Int(try integer(UInt32.self)) }

  /// An unsigned number of up to 8 bytes.
  mutating func unsigned(bytes count: Int) throws(StorageFault) -> UInt64 {
    let range = try take(count)
    return region.withUnsafeBytes(in: range) { bytes in
      bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
  }

  /// A number of bytes or elements.
  mutating func size(bytes count: Int) throws(StorageFault) -> Int {
    let place = position
    guard let size = Int(exactly: try unsigned(bytes: count)) else {
      throw .malformed("the size at byte \(place) is too large")
    }
    return size
  }

  /// A place in the file, nil where it is the one that stands for none.
  mutating func address(bytes count: Int) throws(StorageFault) -> Int? {
    let place = position
    let address = try unsigned(bytes: count)
    if address == UInt64.max >> UInt64(64 - 8 * count) { return nil }
    guard let address = Int(exactly: address), address <= region.count else {
      throw StorageFault(.truncated, "byte \(place) points to byte \(address), behind the end of the file")
    }
    return address
  }

  /// Throws unless the four letters of `signature` come next.
  mutating func expect(_ signature: StaticString) throws(StorageFault) {
    let place = position
    let found = try take(signature.utf8CodeUnitCount)
    let isRight = region.withUnsafeBytes(in: found) { bytes in
      signature.withUTF8Buffer { bytes.elementsEqual($0) }
    }
    guard isRight else { throw .malformed("byte \(place) should begin a structure '\(signature)'") }
  }

  /// Whether the letters of `signature` come next; passes over nothing.
  func isAt(_ signature: StaticString) -> Bool {
    var copy = self
    return (try? copy.expect(signature)) != nil
  }
}

/// How much may still be read of what lies in a file only once. Structures that point to each other in circles, or
/// many times to the same place, use it up.
struct ReadingBudget {
  private var left: Int

  init(_ region: ByteRegion) {
    left = region.count
  }

  mutating func spend(_ count: Int) throws(StorageFault) {
    guard count <= left else { throw .malformed("structures overlap or point to each other in circles") }
    left -= count
  }
}
