import SaliencyCore

/// A small named value of a group or a dataset.
struct HDF5Attribute {
  var name: String
  var type: HDF5Type
  /// Empty for a scalar; nil where it has no value.
  var shape: Shape?
  var contents: Range<Int>
}

extension HDF5File {
  /// The attribute of this name that the header's object has; nil where there is none.
  func attribute(_ name: String, of header: ObjectHeader) throws(StorageFault) -> HDF5Attribute? {
    for message in header.messages where message.kind == .attribute {
      if let found = try attribute(in: message.contents, named: name) { return found }
    }
    guard let information = header.contents(.attributeInformation) else { return nil }
    var cursor = ByteCursor(region, information)
    try cursor.skip(1)
    if try cursor.byte() & 1 != 0 { try cursor.skip(2) }
    guard let heap = try cursor.address(bytes: addressSize) else { return nil }
    guard let index = try cursor.address(bytes: addressSize) else {
      throw .malformed("the object at byte \(information.lowerBound) has attributes without an index")
    }
    let attributes = try FractalHeap(at: heap, in: self)
    for record in try records(ofTreeAt: index, type: 8) {
      guard record.count > 8 else { throw .malformed("the tree at byte \(index) has impossible records") }
      let message = try attributes.object(record.lowerBound..<(record.lowerBound + 8))
      if let found = try attribute(in: message, named: name) { return found }
    }
    return nil
  }

  /// The attribute that a message describes, if it has the name.
  private func attribute(in message: Range<Int>, named wanted: String) throws(StorageFault) -> HDF5Attribute?
  {
    var cursor = ByteCursor(region, message)
    let version = try cursor.byte()
    guard 1...3 ~= version else {
      throw .unsupported("the attribute at byte \(message.lowerBound) is of version \(version)")
    }
    let flags = try cursor.byte()
    let sizes = (name: try cursor.short(), type: try cursor.short(), space: try cursor.short())
    if version == 3 { try cursor.skip(1) }
    // Only version 1 pads its parts.
    func part(_ size: Int) throws(StorageFault) -> Range<Int> {
      let range = try cursor.take(size)
      if version == 1 { try cursor.skip((8 - size % 8) % 8) }
      return range
    }
    let nameRange = try part(sizes.name)
    let name = region.withUnsafeBytes(in: nameRange) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    guard name == wanted else { return nil }
    guard version == 1 || flags & 3 == 0 else {
      throw .unsupported("the attribute '\(name.printable())' shares its type with other objects")
    }
    let type = try HDF5Type(ByteCursor(region, try part(sizes.type)))
    let shape = try extents(ByteCursor(region, try part(sizes.space)), sizeSize: sizeSize)
    guard let shape else {
      return HDF5Attribute(name: name, type: type, shape: nil, contents: cursor.position..<cursor.position)
    }
    let (size, overflow) = (shape.checkedElementCount ?? .max).multipliedReportingOverflow(by: type.size)
    guard !overflow, size <= cursor.remaining else {
      throw .malformed("the attribute '\(name.printable())' is longer than its place")
    }
    return HDF5Attribute(name: name, type: type, shape: shape, contents: try cursor.take(size))
  }

  /// The strings of an attribute.
  func strings(of attribute: HDF5Attribute) throws(StorageFault) -> [String] {
    guard let shape = attribute.shape, !attribute.contents.isEmpty else { return [] }
    var strings: [String] = []
    var cursor = ByteCursor(region, attribute.contents)
    switch attribute.type.kind {
    case .fixedString(let padding):
      for _ in 0..<shape.elementCount {
        strings.append(text(in: try cursor.take(attribute.type.size), padding: padding))
      }
    case .variableString:
      guard attribute.type.size == 8 + addressSize else {
        throw .malformed("the attribute '\(attribute.name.printable())' has a type that is impossible")
      }
      var budget = ReadingBudget(region)
      for _ in 0..<shape.elementCount {
        let length = try cursor.word()
        let address = try cursor.address(bytes: addressSize)
        let index = try cursor.word()
        guard length > 0, let address, address > 0 else {
          strings.append("")
          continue
        }
        let object = try globalHeapObject(at: address, index: index)
        guard length <= object.count else {
          throw .malformed("the attribute '\(attribute.name.printable())' is longer than its place")
        }
        try budget.spend(length)
        strings.append(text(in: object.prefix(length), padding: 0))
      }
    default:
      let message = "the attribute '\(attribute.name.printable())' has \(attribute.type.name), not strings"
      throw StorageFault(.malformed, message)
    }
    return strings
  }

  private func text(in range: Range<Int>, padding: Int) -> String {
    region.withUnsafeBytes(in: range) { bytes in
      if padding == 2 {
        return String(decoding: bytes[..<((bytes.lastIndex { $0 != 0x20 } ?? -1) + 1)], as: UTF8.self)
      }
      return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
