/// What describes a group or a dataset: a list of messages.
struct ObjectHeader {
  enum Kind: UInt16 {
    case dataspace = 0x01
    case linkInformation = 0x02
    case datatype = 0x03
    case link = 0x06
    case externalFiles = 0x07
    case layout = 0x08
    case filters = 0x0B
    case attribute = 0x0C
    case continuation = 0x10
    case symbolTable = 0x11
    case attributeInformation = 0x15
  }

  struct Message {
    var kind: Kind
    var contents: Range<Int>
  }

  fileprivate(set) var messages: [Message] = []

  func contents(_ kind: Kind) -> Range<Int>? { messages.first { $0.kind == kind }?.contents }
}

extension HDF5File {
  /// The object header at `address`.
  func header(at address: Int) throws(StorageFault) -> ObjectHeader {
    let cursor = try cursor(at: address)
    return try cursor.isAt("OHDR") ? modernHeader(cursor) : classicHeader(cursor)
  }

  /// Versions that h5py writes unless told otherwise.
  private func classicHeader(_ start: ByteCursor) throws(StorageFault) -> ObjectHeader {
    var cursor = start
    let version = try cursor.byte()
    guard version == 1 else { throw .malformed("byte \(start.position) should begin an object header") }
    try cursor.skip(1)
    let messageCount = try cursor.short()
    try cursor.skip(4)
    let size = try cursor.word()
    try cursor.skip(4)
    var header = ObjectHeader()
    var blocks = [try cursor.take(size)]
    var budget = ReadingBudget(region)
    var seen = 0
    while let block = blocks.popLast(), seen < messageCount {
      try budget.spend(block.count)
      var cursor = ByteCursor(region, block)
      while cursor.remaining >= 8, seen < messageCount {
        seen += 1
        let kind = UInt16(try cursor.short())
        let size = try cursor.short()
        let flags = try cursor.byte()
        try cursor.skip(3)
        let contents = try cursor.take(size)
        if let next = try header.add(kind, flags, contents, of: self) { blocks.append(next) }
      }
    }
    return header
  }

  private func modernHeader(_ start: ByteCursor) throws(StorageFault) -> ObjectHeader {
    var cursor = start
    try cursor.expect("OHDR")
    let version = try cursor.byte()
    guard version == 2 else {
      throw .unsupported("the object header at byte \(start.position) is of version \(version)")
    }
    let flags = try cursor.byte()
    if flags & 0x20 != 0 { try cursor.skip(16) }
    if flags & 0x10 != 0 { try cursor.skip(4) }
    let size = try cursor.size(bytes: 1 << (flags & 3))
    var header = ObjectHeader()
    var blocks = [try cursor.take(size)]
    var budget = ReadingBudget(region)
    while let block = blocks.popLast() {
      try budget.spend(block.count)
      var cursor = ByteCursor(region, block)
      let isContinuation = cursor.isAt("OCHK")
      if isContinuation { try cursor.skip(4) }
      let prefix = flags & 0x04 != 0 ? 6 : 4
      // A continuation ends with a checksum; the first block's stands behind it.
      while cursor.remaining - (isContinuation ? 4 : 0) >= prefix {
        let kind = UInt16(try cursor.byte())
        let size = try cursor.short()
        let messageFlags = try cursor.byte()
        try cursor.skip(prefix - 4)
        let contents = try cursor.take(size)
        if let next = try header.add(kind, messageFlags, contents, of: self) { blocks.append(next) }
      }
    }
    return header
  }
}

extension ObjectHeader {
  /// Adds a message, and returns the place of further ones if that is what it gives.
  fileprivate mutating func add(
    _ kind: UInt16, _ flags: Int, _ contents: Range<Int>, of file: HDF5File
  ) throws(StorageFault) -> Range<Int>? {
    guard let kind = Kind(rawValue: kind) else { return nil }
    guard flags & 0x02 == 0 else {
      throw .unsupported("the message at byte \(contents.lowerBound) is shared with other objects")
    }
    guard kind == .continuation else {
      messages.append(Message(kind: kind, contents: contents))
      return nil
    }
    var cursor = ByteCursor(file.region, contents)
    guard let address = try cursor.address(bytes: file.addressSize) else {
      throw .malformed("the object header at byte \(contents.lowerBound) goes on nowhere")
    }
    var next = try file.cursor(at: address)
    return try next.take(try cursor.size(bytes: file.sizeSize))
  }
}
