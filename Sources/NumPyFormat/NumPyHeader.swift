/// The header of a `.npy` file: a Python dictionary with the keys `descr`, `fortran_order` and `shape`.
struct NumPyHeader {
  /// NumPy itself makes arrays of at most 64 axes.
  static let maximumRank = 64

  let type: NumPyElementType
  let isFortranOrder: Bool
  let shape: [Int]

  init(parsing bytes: ArraySlice<UInt8>) throws(NumPyError) {
    var cursor = Cursor(rest: bytes)
    var type: NumPyElementType?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try cursor.expect("{")
    while !cursor.consume("}") {
      let keyOffset = cursor.offset
      let key = try cursor.string()
      try cursor.expect(":")
      switch key {
      case "descr" where type == nil: type = try cursor.elementType()
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try cursor.boolean()
      case "shape" where shape == nil: shape = try cursor.shape()
      default:
        throw NumPyError(
          .malformedHeader, at: keyOffset,
          "has the header key '\(key)' where 'descr', 'fortran_order' and 'shape', once each, are expected")
      }
      if !cursor.consume(",") {
        try cursor.expect("}")
        break
      }
    }
    guard cursor.isAtEnd else {
      throw NumPyError(.malformedHeader, at: cursor.offset, "has text after the header's closing brace")
    }
    guard let type, let isFortranOrder, let shape else {
      throw NumPyError(
        .malformedHeader, at: bytes.startIndex,
        "lacks one of the header keys 'descr', 'fortran_order' and 'shape'")
    }
    self.type = type
    self.isFortranOrder = isFortranOrder
    self.shape = shape
  }
}

/// A position in the header's text. It only moves forward, so that reading takes time linear in the header's
/// length.
private struct Cursor {
  var rest: ArraySlice<UInt8>

  var offset: Int { rest.startIndex }

  var isAtEnd: Bool {
    mutating get {
      skipSpace()
      return rest.isEmpty
    }
  }

  private mutating func skipSpace() {
    rest = rest.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
  }

  mutating func consume(_ token: String) -> Bool {
    skipSpace()
    guard rest.starts(with: token.utf8) else { return false }
    rest = rest.dropFirst(token.utf8.count)
    return true
  }

  mutating func expect(_ token: String) throws(NumPyError) {
    guard consume(token) else {
      throw NumPyError(.malformedHeader, at: offset, "has a header without the expected '\(token)'")
    }
  }

  mutating func string() throws(NumPyError) -> String {
    skipSpace()
    guard let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw NumPyError(.malformedHeader, at: offset, "has a header without the expected quoted text")
    }
    rest = rest.dropFirst()
    guard let end = rest.firstIndex(of: quote) else {
      throw NumPyError(.malformedHeader, at: offset, "has a header with an unclosed quotation mark")
    }
    guard end - rest.startIndex <= 64 else {
      throw NumPyError(.malformedHeader, at: offset, "has quoted text of more than 64 bytes in its header")
    }
    defer { rest = rest[(end + 1)...] }
    return String(decoding: rest[..<end], as: UTF8.self)
  }

  mutating func boolean() throws(NumPyError) -> Bool {
    if consume("True") { return true }
    if consume("False") { return false }
    throw NumPyError(.malformedHeader, at: offset, "has a 'fortran_order' that is neither True nor False")
  }

  mutating func elementType() throws(NumPyError) -> NumPyElementType {
    let supported = "bool, integers of 1 to 8 bytes and floats of 2, 4 or 8 bytes can be read"
    skipSpace()
    let start = offset
    guard rest.first != UInt8(ascii: "[") else {
      throw NumPyError(.unsupportedType, at: start, "has records with named fields as elements; \(supported)")
    }
    let description = try string()
    guard let type = NumPyElementType(description) else {
      throw NumPyError(.unsupportedType, at: start, "has elements of type '\(description)'; \(supported)")
    }
    return type
  }

  mutating func shape() throws(NumPyError) -> [Int] {
    try expect("(")
    var extents: [Int] = []
    while !consume(")") {
      guard extents.count < NumPyHeader.maximumRank else {
        throw NumPyError(
          .sizeMismatch, at: offset,
          "has more than \(NumPyHeader.maximumRank) axes, which NumPy does not allow")
      }
      extents.append(try extent())
      if !consume(",") {
        try expect(")")
        break
      }
    }
    return extents
  }

  private mutating func extent() throws(NumPyError) -> Int {
    skipSpace()
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    guard !digits.isEmpty else {
      throw NumPyError(
        .malformedHeader, at: offset, "has a shape whose extents are not all whole numbers ≥ 0")
    }
    guard let value = Int(String(decoding: digits.prefix(20), as: UTF8.self)), digits.count <= 20 else {
      throw NumPyError(.sizeMismatch, at: offset, "has a shape with an extent larger than any file")
    }
    rest = rest.dropFirst(digits.count)
    _ = consume("L")
    return value
  }
}
