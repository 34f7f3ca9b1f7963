import SaliencyCore

/// A zip archive in memory or in a mapped file: its list of entries, checked as a whole, and their contents.
struct ZipArchive {
  struct Entry {
    var name: String
    var method: Int
    var checksum: UInt32
    var compressedSize: Int
    var size: Int
    /// The compressed contents.
    var contents: Range<Int>
  }

  let entries: [String: Entry]
  private let region: ByteRegion

  static let signature: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
  private static let entryLimit = 10_000

  /// Reads the list of entries.
  init(_ region: ByteRegion) throws(StorageFault) {
    self.region = region
    let (directory, count) = try Self.directory(of: region)
    guard count <= Self.entryLimit else {
      throw StorageFault(.limitExceeded, "it is an archive of \(count) files, where a model has a handful")
    }
    var entries: [String: Entry] = [:]
    var extents: [Range<Int>] = [directory]
    var cursor = ByteCursor(region, directory)
    for _ in 0..<count {
      let (entry, extent) = try Self.entry(&cursor)
      // Folders have no contents.
      if entry.name.hasSuffix("/") { continue }
      extents.append(extent)
      guard entries.updateValue(entry, forKey: entry.name) == nil else {
        throw .malformed("it is an archive with two files '\(entry.name.printable())'")
      }
    }
    extents.sort { $0.lowerBound < $1.lowerBound }
    for (first, second) in zip(extents, extents.dropFirst()) where first.upperBound > second.lowerBound {
      throw .malformed("it is an archive whose files overlap")
    }
    self.entries = entries
  }

  /// The contents of an entry of at most `limit` bytes, in place where they are not compressed; nil where there is none.
  func contents(of name: String, limit: Int = .max) throws(StorageFault) -> ByteRegion? {
    guard let entry = entries[name] else { return nil }
    guard entry.size <= limit else {
      let message = "its \(name) has \(entry.size.byteText); up to \(limit.byteText) are read"
      throw StorageFault(.limitExceeded, message)
    }
    do throws(StorageFault) {
      let contents = try expanded(entry)
      let checksum = contents.withUnsafeBytes(in: 0..<contents.count) { Inflater.checksum($0) }
      guard checksum == entry.checksum else {
        throw .malformed("it is damaged: its checksum is wrong")
      }
      return contents
    } catch {
      throw StorageFault(error.code, "'\(name)' in the archive: \(error.message)")
    }
  }

  private func expanded(_ entry: Entry) throws(StorageFault) -> ByteRegion {
    switch entry.method {
    case 0:
      guard entry.size == entry.compressedSize else { throw .malformed("it is stored with two sizes") }
      return region.part(entry.contents)
    case 8:
      // Deflate cannot do better than 1032 : 1.
      guard entry.size / 1_033 <= entry.compressedSize else {
        throw .malformed("it claims \(entry.size.byteText), which its compressed data cannot hold")
      }
      try StorageFault.requireMemory(entry.size, for: "decompressing it")
      return try ByteRegion(count: entry.size) { (target) throws(StorageFault) in
        try region.withUnsafeBytes(in: entry.contents) { (source) throws(StorageFault) in
          try Inflater.inflate(source, wrapping: .none, into: target)
        }
      }
    default:
      throw .unsupported("it is compressed by method \(entry.method); stored and deflated files are read")
    }
  }
}

extension ZipArchive {
  /// The place of the list of entries, and how many there are.
  private static func directory(of region: ByteRegion) throws(StorageFault) -> (Range<Int>, count: Int) {
    guard let end = endRecord(of: region) else {
      throw StorageFault(.truncated, "it is cut off: the list of files at the end of the archive is missing")
    }
    var cursor = ByteCursor(region, end..<region.count)
    try cursor.skip(4)
    let disks = (try cursor.short(), try cursor.short())
    var (onDisk, count) = (try cursor.short(), try cursor.short())
    var (size, start) = (try cursor.word(), try cursor.word())
    if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
      // Zip64: a locator of fixed size before the record points to a longer one.
      guard end >= 20 else { throw .malformed("it is an archive without its record of large sizes") }
      var locator = ByteCursor(region, (end - 20)..<end)
      try locator.expect("PK\u{6}\u{7}")
      try locator.skip(4)
      guard let place = try locator.address(bytes: 8) else {
        throw .malformed("it is an archive without its record of large sizes")
      }
      var record = ByteCursor(region, place..<region.count)
      try record.expect("PK\u{6}\u{6}")
      try record.skip(20)
      (onDisk, count) = (try record.size(bytes: 8), try record.size(bytes: 8))
      (size, start) = (try record.size(bytes: 8), try record.size(bytes: 8))
    }
    guard disks == (0, 0), onDisk == count else {
      throw .unsupported("it is part of an archive in several files")
    }
    guard start <= end, size <= end - start else {
      throw .malformed("it is an archive whose list of files lies outside of it")
    }
    return (start..<(start + size), count)
  }

  /// The record that ends an archive, before a comment of up to 65,535 bytes.
  private static func endRecord(of region: ByteRegion) -> Int? {
    let length = 22
    var start = region.count - length
    let first = max(0, start - 0xFFFF)
    while start >= first {
      var cursor = ByteCursor(region, start..<region.count)
      if (try? cursor.expect("PK\u{5}\u{6}")) != nil, (try? cursor.skip(16)) != nil,
        let comment = try? cursor.short(), start + length + comment == region.count
      {
        return start
      }
      start -= 1
    }
    return nil
  }

  /// The next entry of the list, and the place that it takes in the archive.
  private static func entry(_ cursor: inout ByteCursor) throws(StorageFault) -> (Entry, Range<Int>) {
    let region = cursor.region
    try cursor.expect("PK\u{1}\u{2}")
    try cursor.skip(4)
    let (flags, method) = (try cursor.short(), try cursor.short())
    try cursor.skip(4)
    let checksum = try cursor.integer(UInt32.self)
    var (compressedSize, size) = (try cursor.word(), try cursor.word())
    let lengths = (try cursor.short(), try cursor.short(), try cursor.short())
    try cursor.skip(8)
    var header = try cursor.word()
    let nameRange = try cursor.take(lengths.0)
    let name = region.text(in: nameRange)
    var extra = ByteCursor(region, try cursor.take(lengths.1))
    try cursor.skip(lengths.2)
    let label = "'\(name.printable())' in the archive"
    while extra.remaining >= 4 {
      let (identifier, length) = (try extra.short(), try extra.short())
      var field = ByteCursor(region, try extra.take(length))
      guard identifier == 1 else { continue }
      if size == 0xFFFF_FFFF { size = try field.size(bytes: 8) }
      if compressedSize == 0xFFFF_FFFF { compressedSize = try field.size(bytes: 8) }
      if header == 0xFFFF_FFFF { header = try field.size(bytes: 8) }
    }
    try check(name)
    guard flags & 0x2041 == 0 else { throw .unsupported("\(label) is encrypted") }

    guard header <= region.count else { throw .malformed("\(label) lies outside of it") }
    var local = ByteCursor(region, header..<region.count)
    try local.expect("PK\u{3}\u{4}")
    try local.skip(22)
    let (nameLength, extraLength) = (try local.short(), try local.short())
    guard region[try local.take(nameLength)] == region[nameRange] else {
      throw .malformed("\(label) has another name where it lies")
    }
    try local.skip(extraLength)
    guard compressedSize <= local.remaining else { throw StorageFault(.truncated, "\(label) is cut off") }
    let contents = try local.take(compressedSize)
    let entry = Entry(
      name: name, method: method, checksum: checksum, compressedSize: compressedSize, size: size,
      contents: contents)
    return (entry, header..<contents.upperBound)
  }

  /// Names that would leave a folder that the archive is unpacked to are no model's.
  private static func check(_ name: String) throws(StorageFault) {
    let components = name.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }
    guard !name.isEmpty, components.first != "", !components.contains(".."), !name.utf8.contains(0) else {
      throw .malformed("it is an archive with a file of the name '\(name.printable())', which is not allowed")
    }
  }
}
