/// A model without the contents of its tensors: the bytes that are handed to the protobuf parser.
///
/// Most of a model file is weights, which a parser would copy. The skeleton keeps the fields that
/// `MessageKind` lists and drops all others; each tensor gets the place of its message in the file instead of
/// its elements. What is kept has been checked, so that parsing it takes memory in proportion to the limits
/// below, whatever the file is.
struct ModelSkeleton {
  /// How deep messages may be nested. A subgraph in a subgraph is three levels deeper.
  static let maximumDepth = 96
  /// How many messages and repeated strings a model may have. A node takes about seven, so there may be
  /// 75,000; each may take half a kilobyte of memory.
  static let maximumElementCount = 1 << 19
  /// How many bytes there may be apart from the contents of tensors; each may take eight when it is decoded.
  static let maximumByteCount = 32 << 20

  private(set) var bytes: [UInt8] = []
  private var elementCount = 0

  /// The skeleton of the model that `file` holds.
  init(of file: Span<UInt8>) throws(WireFault) {
    try copyMessage(.model, at: 0..<file.count, depth: 1, from: file)
  }

  private mutating func copyMessage(
    _ kind: MessageKind, at range: Range<Int>, depth: Int, from file: Span<UInt8>
  ) throws(WireFault) {
    guard depth <= Self.maximumDepth else {
      let message = "messages are nested more than \(Self.maximumDepth) deep"
      throw WireFault(code: .limitExceeded, message: message, byteOffset: range.lowerBound)
    }
    var cursor = WireCursor(range)
    var seenMessages: Set<Int> = []
    while let field = try cursor.nextField(in: file) {
      guard let rule = kind.rule(forField: field.number) else { continue }
      guard rule.allows(field.type) else {
        let message = "field \(field.number) of a \(kind.rawValue) has a form it cannot have"
        throw WireFault(code: .malformed, message: message, byteOffset: field.extent.lowerBound)
      }
      switch rule.contents {
      case .message(let child):
        // Protobuf would merge them, and the contents of two tensors cannot be merged.
        guard rule.isRepeated || seenMessages.insert(field.number).inserted else {
          let message = "field \(field.number) of a \(kind.rawValue) is there twice"
          throw WireFault(code: .malformed, message: message, byteOffset: field.extent.lowerBound)
        }
        try countElement(at: field)
        try copyChild(child, field, depth: depth, from: file)
      case .string:
        if rule.isRepeated { try countElement(at: field) }
        try copy(field, from: file)
        try checkUTF8(field, in: kind)
      case .bytes:
        if rule.isRepeated { try countElement(at: field) }
        try copy(field, from: file)
      case .varint where field.type == .lengthDelimited:
        var numbers = WireCursor(field.value)
        while numbers.position < numbers.end { _ = try numbers.nextVarint(in: file) }
        try copy(field, from: file)
      case .float where field.type == .lengthDelimited && !field.value.count.isMultiple(of: 4):
        let message = "a list of floats has a size that is no multiple of 4 bytes"
        throw WireFault(code: .malformed, message: message, byteOffset: field.extent.lowerBound)
      case .varint, .float:
        try copy(field, from: file)
      }
    }
    if kind == .tensor {
      appendTag(10000, .varint)
      appendVarint(UInt64(range.lowerBound))
      appendTag(10001, .varint)
      appendVarint(UInt64(range.count))
    }
  }

  private mutating func copyChild(
    _ kind: MessageKind, _ field: WireField, depth: Int, from file: Span<UInt8>
  ) throws(WireFault) {
    appendTag(field.number, .lengthDelimited)
    // The child's size is known only afterwards: four bytes are reserved for it, enough for 28 bits.
    let lengthStart = bytes.count
    bytes.append(contentsOf: [0x80, 0x80, 0x80, 0])
    try copyMessage(kind, at: field.value, depth: depth + 1, from: file)
    let length = bytes.count - lengthStart - 4
    for index in 0..<4 {
      bytes[lengthStart + index] |= UInt8(length >> (7 * index) & 0x7F)
    }
  }

  private mutating func copy(_ field: WireField, from file: Span<UInt8>) throws(WireFault) {
    guard bytes.count + field.extent.count <= Self.maximumByteCount else {
      let message = "the model has more than \(Self.maximumByteCount >> 20) MiB apart from its weights"
      throw WireFault(code: .limitExceeded, message: message, byteOffset: field.extent.lowerBound)
    }
    for index in field.extent { bytes.append(file[index]) }
  }

  /// Checks the string that was copied last.
  private func checkUTF8(_ field: WireField, in kind: MessageKind) throws(WireFault) {
    guard String(validating: bytes.suffix(field.value.count), as: UTF8.self) == nil else { return }
    let message = "the string in field \(field.number) of a \(kind.rawValue) is not UTF-8"
    throw WireFault(code: .malformed, message: message, byteOffset: field.value.lowerBound)
  }

  private mutating func countElement(at field: WireField) throws(WireFault) {
    elementCount += 1
    guard elementCount <= Self.maximumElementCount else {
      let message = "the model has more than \(Self.maximumElementCount) nodes, attributes and names"
      throw WireFault(code: .limitExceeded, message: message, byteOffset: field.extent.lowerBound)
    }
  }

  private mutating func appendTag(_ field: Int, _ type: WireType) {
    appendVarint(UInt64(field) << 3 | UInt64(type.rawValue))
  }

  private mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

extension FieldRule {
  /// Whether the field may come as `type`; lists of numbers may be packed into one field.
  fileprivate func allows(_ type: WireType) -> Bool {
    switch contents {
    case .varint: type == .varint || isRepeated && type == .lengthDelimited
    case .float: type == .fixed32 || isRepeated && type == .lengthDelimited
    case .string, .bytes, .message: type == .lengthDelimited
    }
  }
}
