import SaliencyCore

extension HDF5File {
  /// The links of a group with this header; nil where it is no group's.
  func readLinks(of header: ObjectHeader) throws(StorageFault) -> [String: HDF5Link]? {
    if let table = header.contents(.symbolTable) { return try symbols(ByteCursor(region, table)) }
    guard let information = header.contents(.linkInformation) else { return nil }
    var collector = LinkCollector(region)
    for message in header.messages where message.kind == .link {
      try collector.add(ByteCursor(region, message.contents), addressSize: addressSize)
    }
    var cursor = ByteCursor(region, information)
    try cursor.skip(1)
    let flags = try cursor.byte()
    if flags & 1 != 0 { try cursor.skip(8) }
    if let heap = try cursor.address(bytes: addressSize) {
      guard let index = try cursor.address(bytes: addressSize) else {
        throw .malformed("the group at byte \(information.lowerBound) has links without an index")
      }
      let heap = try FractalHeap(at: heap, in: self)
      for record in try records(ofTreeAt: index, type: 5) {
        let link = try heap.object((record.lowerBound + 4)..<record.upperBound)
        try collector.add(ByteCursor(region, link), addressSize: addressSize)
      }
    }
    return collector.links
  }

  /// The links of a group in the form of all versions before 1.8, which is still the default.
  private func symbols(_ table: ByteCursor) throws(StorageFault) -> [String: HDF5Link] {
    var table = table
    guard let tree = try table.address(bytes: addressSize), let heap = try table.address(bytes: addressSize)
    else { throw .malformed("the group at byte \(table.position) has no symbol table") }
    var head = try cursor(at: heap)
    try head.expect("HEAP")
    try head.skip(4)
    let heapSize = try head.size(bytes: sizeSize)
    try head.skip(sizeSize)
    guard let names = try head.address(bytes: addressSize) else {
      throw .malformed("the heap at byte \(heap) has no names")
    }
    let namesEnd = try cursor(at: names, count: heapSize).end
    var collector = LinkCollector(region)
    var budget = ReadingBudget(region)
    for node in try classicLeaves(ofTreeAt: tree, type: 0, keySize: sizeSize) {
      var cursor = try cursor(at: node.child)
      try cursor.expect("SNOD")
      try cursor.skip(2)
      let count = try cursor.short()
      try budget.spend(8 + count * (2 * addressSize + 24))
      for _ in 0..<count {
        let name = try cursor.size(bytes: addressSize)
        let header = try cursor.address(bytes: addressSize)
        let kind = try cursor.word()
        try cursor.skip(20)
        guard name < namesEnd - names else {
          throw .malformed("a name lies outside of the heap at byte \(heap)")
        }
        let text = try nulTerminated(in: (names + name)..<namesEnd)
        guard kind == 2 || header != nil else {
          throw .malformed("the link '\(text.printable())' leads nowhere")
        }
        try collector.add(text, kind == 2 ? .soft : .object(header ?? 0))
      }
    }
    return collector.links
  }

  private func nulTerminated(in range: Range<Int>) throws(StorageFault) -> String {
    let limited = range.prefix(LinkCollector.nameLimit + 1)
    let length = region.withUnsafeBytes(in: limited) { $0.firstIndex(of: 0) }
    guard let length else { throw .malformed("the name at byte \(range.lowerBound) does not end") }
    return region.text(in: range.lowerBound..<(range.lowerBound + length))
  }
}

/// The links of one group as they are found.
private struct LinkCollector {
  static let nameLimit = 4_096

  private(set) var links: [String: HDF5Link] = [:]
  private let region: ByteRegion
  private var names: ReadingBudget

  init(_ region: ByteRegion) {
    self.region = region
    names = ReadingBudget(region)
  }

  mutating func add(_ name: String, _ link: HDF5Link) throws(StorageFault) {
    try names.spend(name.utf8.count)
    guard !name.isEmpty, links.updateValue(link, forKey: name) == nil else {
      throw .malformed("a group has two links of the name '\(name.printable())'")
    }
  }

  /// Adds the link that a link message describes.
  mutating func add(_ message: ByteCursor, addressSize: Int) throws(StorageFault) {
    var cursor = message
    let version = try cursor.byte()
    guard version == 1 else {
      throw .unsupported("the link at byte \(message.position) is of version \(version)")
    }
    let flags = try cursor.byte()
    let kind = flags & 0x08 != 0 ? try cursor.byte() : 0
    if flags & 0x04 != 0 { try cursor.skip(8) }
    if flags & 0x10 != 0 { try cursor.skip(1) }
    let length = try cursor.size(bytes: 1 << (flags & 3))
    guard length <= Self.nameLimit else {
      throw StorageFault(.limitExceeded, "the name of the link at byte \(message.position) is too long")
    }
    let name = region.text(in: try cursor.take(length))
    switch kind {
    case 0:
      guard let address = try cursor.address(bytes: addressSize) else {
        throw .malformed("the link '\(name.printable())' leads nowhere")
      }
      try add(name, .object(address))
    case 1: try add(name, .soft)
    default: try add(name, .external)
    }
  }
}
