import Synchronization

/// An HDF5 file, read-only: the part of the format that h5py and so Keras writes.
///
/// Structures are read when they are asked for. Every place that one structure gives of another is checked, and what may
/// be read of structures that a file should have once only is bounded by the file's size. What points out of the file
/// is never followed. Format: the HDF Group's "HDF5 File Format Specification", version 3.
final class HDF5File: Sendable {
  let region: ByteRegion
  /// How many bytes an address takes, and a size.
  let addressSize: Int
  let sizeSize: Int
  /// Where the object header of the root group lies.
  let root: Int

  private let links = Mutex<[Int: [String: HDF5Link]]>([:])
  private let collections = Mutex<[Int: [Int: Range<Int>]]>([:])

  static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Opens the file that `region` is.
  init(_ region: ByteRegion) throws(StorageFault) {
    self.region = region
    var cursor = ByteCursor(region, 0..<region.count)
    guard region.count >= 8, region[0..<8] == Self.signature else {
      throw .malformed("its HDF5 signature is missing")
    }
    try cursor.skip(8)
    let version = try cursor.byte()
    switch version {
    case 0, 1:
      try cursor.skip(4)
      (addressSize, sizeSize) = (try cursor.byte(), try cursor.byte())
      try Self.check(addressSize, sizeSize)
      try cursor.skip(version == 0 ? 9 : 13)
    case 2, 3:
      (addressSize, sizeSize) = (try cursor.byte(), try cursor.byte())
      try Self.check(addressSize, sizeSize)
      try cursor.skip(1)
    default:
      throw .unsupported("it is HDF5 with a superblock of version \(version); versions 0 to 3 are read")
    }
    guard try cursor.unsigned(bytes: addressSize) == 0 else {
      throw .unsupported("its HDF5 addresses do not count from the start of the file")
    }
    try cursor.skip(addressSize)
    let end = try cursor.unsigned(bytes: addressSize)
    guard end <= UInt64(region.count) else {
      throw StorageFault(.truncated, "it is cut off: \(region.count) of \(end) bytes are there")
    }
    if version < 2 { try cursor.skip(2 * addressSize) }
    guard let root = try cursor.address(bytes: addressSize) else { throw .malformed("it has no root group") }
    self.root = root
  }

  private static func check(_ addressSize: Int, _ sizeSize: Int) throws(StorageFault) {
    guard [2, 4, 8].contains(addressSize), [2, 4, 8].contains(sizeSize) else {
      throw .malformed("its HDF5 addresses of \(addressSize) and sizes of \(sizeSize) bytes are none")
    }
  }

  /// A cursor from `address` on, at most `count` bytes.
  func cursor(at address: Int, count: Int? = nil) throws(StorageFault) -> ByteCursor {
    guard 0...region.count ~= address, count ?? 0 >= 0, count ?? 0 <= region.count - address else {
      throw StorageFault(.truncated, "a structure at byte \(address) reaches behind the end of the file")
    }
    return ByteCursor(region, address..<(count.map { address + $0 } ?? region.count))
  }

  /// The links of the group whose object header lies at `address`.
  func links(ofGroupAt address: Int) throws(StorageFault) -> [String: HDF5Link]? {
    if let known = links.withLock({ $0[address] }) { return known }
    guard let found = try readLinks(of: try header(at: address)) else { return nil }
    links.withLock { $0[address] = found }
    return found
  }

  /// The object `index` of the global heap collection at `address`.
  func globalHeapObject(at address: Int, index: Int) throws(StorageFault) -> Range<Int> {
    let known = collections.withLock { $0[address] }
    let collection: [Int: Range<Int>]
    if let known {
      collection = known
    } else {
      collection = try readCollection(at: address)
      collections.withLock { $0[address] = collection }
    }
    guard let object = collection[index] else {
      throw .malformed("the heap at byte \(address) has no object \(index)")
    }
    return object
  }

  private func readCollection(at address: Int) throws(StorageFault) -> [Int: Range<Int>] {
    var head = try cursor(at: address)
    try head.expect("GCOL")
    try head.skip(4)
    let size = try head.size(bytes: sizeSize)
    var cursor = try cursor(at: address, count: size)
    try cursor.skip(head.position - address)
    var objects: [Int: Range<Int>] = [:]
    // The rest of a collection is object 0, or too short for one.
    while cursor.remaining >= 8 + sizeSize {
      let index = try cursor.short()
      if index == 0 { break }
      try cursor.skip(6)
      let count = try cursor.size(bytes: sizeSize)
      objects[index] = try cursor.take(count)
      try cursor.skip(min(cursor.remaining, (8 - count % 8) % 8))
    }
    return objects
  }
}

/// Where a name in a group leads.
enum HDF5Link: Sendable, Equatable {
  /// To the object whose header lies at this byte.
  case object(Int)
  /// To a path in this file, or in another.
  case soft, external
}
