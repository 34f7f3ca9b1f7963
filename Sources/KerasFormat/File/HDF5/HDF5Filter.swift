import SaliencyCore

/// A step of what is done to each chunk when it is written.
struct HDF5Filter {
  enum Kind: Equatable {
    case deflate
    /// Sorts the bytes of elements of this size by their place in the element.
    case shuffle(elementSize: Int)
    case fletcher32
  }

  var kind: Kind

  static func pipeline(_ message: ByteCursor) throws(StorageFault) -> [HDF5Filter] {
    var cursor = message
    let version = try cursor.byte()
    let count = try cursor.byte()
    guard version == 1 || version == 2, count <= 32 else { throw .malformed("its list of filters is none") }
    if version == 1 { try cursor.skip(6) }
    var filters: [HDF5Filter] = []
    for _ in 0..<count {
      let identifier = try cursor.short()
      let nameLength = version == 1 || identifier >= 256 ? try cursor.short() : 0
      try cursor.skip(2)
      let valueCount = try cursor.short()
      let name = cursor.region.text(in: try cursor.take(nameLength)).prefix { $0 != "\0" }
      if version == 1 { try cursor.skip((8 - nameLength % 8) % 8) }
      var values: [Int] = []
      for _ in 0..<valueCount { values.append(try cursor.word()) }
      if version == 1, valueCount % 2 == 1 { try cursor.skip(4) }
      switch identifier {
      case 1: filters.append(HDF5Filter(kind: .deflate))
      case 2:
        guard let size = values.first, size > 0 else { throw .malformed("its list of filters is none") }
        filters.append(HDF5Filter(kind: .shuffle(elementSize: size)))
      case 3: filters.append(HDF5Filter(kind: .fletcher32))
      default:
        let known = [4: "szip", 5: "nbit", 6: "scaleoffset", 32_000: "lzf"]
        let name = known[identifier] ?? (name.isEmpty ? "\(identifier)" : String(name).printable())
        throw .unsupported("it is compressed by '\(name)'; gzip, shuffle and fletcher32 are read")
      }
    }
    guard filters.count(where: { $0.kind == .deflate }) <= 1 else {
      throw .unsupported("it is compressed twice")
    }
    return filters
  }
}

/// Undoes the filters of chunks.
struct FilterPipeline {
  private let filters: [HDF5Filter]
  private let chunkSize: Int

  init(_ filters: [HDF5Filter], chunkSize: Int) throws(StorageFault) {
    self.filters = filters
    self.chunkSize = chunkSize
    try StorageFault.requireMemory(2 * chunkSize, for: "decompressing it")
  }

  /// The chunk in `range` as it was before; bit i of `skipped` says that filter i was not applied to it.
  func decode(_ region: ByteRegion, _ range: Range<Int>, skipping skipped: Int) throws(StorageFault)
    -> [UInt8]
  {
    let applied = filters.indices.filter { skipped >> $0 & 1 == 0 }.map { filters[$0].kind }
    let longest = chunkSize + 4 * applied.count
    guard applied.contains(.deflate) || range.count <= longest else {
      throw .malformed("one of its chunks has \(range.count) bytes, not \(chunkSize)")
    }
    var bytes: [UInt8]?
    for (index, filter) in applied.enumerated().reversed() {
      switch filter {
      case .deflate:
        let size = chunkSize + 4 * applied[..<index].count { $0 == .fletcher32 }
        bytes = try inflate(bytes, region, range, size: size)
      case .shuffle(let size): bytes = Self.unshuffled(bytes ?? region[range], elementSize: size)
      case .fletcher32: bytes = try Self.checked(bytes ?? region[range])
      }
    }
    let result = bytes ?? region[range]
    guard result.count == chunkSize else {
      throw .malformed("one of its chunks has \(result.count) bytes, not \(chunkSize)")
    }
    return result
  }

  private func inflate(
    _ bytes: [UInt8]?, _ region: ByteRegion, _ range: Range<Int>, size: Int
  ) throws(StorageFault) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: size)
    var fault: StorageFault?
    result.withUnsafeMutableBytes { target in
      func run(_ source: UnsafeRawBufferPointer) {
        do { try Inflater.inflate(source, wrapping: .zlib, into: target) } catch { fault = error }
      }
      if let bytes { bytes.withUnsafeBytes(run) } else { region.withUnsafeBytes(in: range, run) }
    }
    if let fault { throw fault }
    return result
  }

  private static func unshuffled(_ bytes: [UInt8], elementSize: Int) -> [UInt8] {
    let count = bytes.count / elementSize
    guard elementSize > 1, count > 1 else { return bytes }
    var result = bytes
    for place in 0..<elementSize {
      for element in 0..<count { result[element * elementSize + place] = bytes[place * count + element] }
    }
    return result
  }

  /// The bytes without the checksum at their end, which has to be right.
  private static func checked(_ bytes: [UInt8]) throws(StorageFault) -> [UInt8] {
    guard bytes.count >= 4 else { throw .malformed("one of its chunks is shorter than its checksum") }
    let contents = bytes.dropLast(4)
    let stored = bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard stored == fletcher32(contents) else {
      throw .malformed("the checksum of one of its chunks is wrong")
    }
    return Array(contents)
  }

  private static func fletcher32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    func folded(_ sum: UInt64) -> UInt64 { (sum & 0xFFFF) + (sum >> 16) }
    var (first, second): (UInt64, UInt64) = (0, 0)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let low = index + 1 < bytes.endIndex ? UInt64(bytes[index + 1]) : 0
      first = folded(first + (UInt64(bytes[index]) << 8 | low))
      second = folded(second + first)
      index += 2
    }
    return UInt32(folded(second)) << 16 | UInt32(folded(first))
  }
}
