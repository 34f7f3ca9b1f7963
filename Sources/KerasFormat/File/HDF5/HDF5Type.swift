/// What the elements of a dataset or an attribute are.
struct HDF5Type: Equatable {
  enum Kind: Equatable {
    case signed, unsigned, float, bfloat16
    case fixedString(padding: Int)
    case variableString
    /// Two bytes that only an attribute can tell to be bfloat16.
    case opaque
    /// Something else, by its name.
    case other(String)
  }

  var kind: Kind
  /// How many bytes an element takes.
  var size: Int
  var isBigEndian = false

  init(_ message: ByteCursor) throws(StorageFault) {
    var cursor = message
    let head = try cursor.byte()
    let bits = (try cursor.byte(), try cursor.byte(), try cursor.byte())
    size = try cursor.word()
    guard size > 0 else { throw .malformed("the type at byte \(message.position) has elements of no size") }
    switch head & 0x0F {
    case 0:
      isBigEndian = bits.0 & 1 != 0
      let (offset, precision) = (try cursor.short(), try cursor.short())
      let isWhole = offset == 0 && precision == 8 * size && [1, 2, 4, 8].contains(size)
      kind = isWhole ? (bits.0 & 8 != 0 ? .signed : .unsigned) : .other("integers of \(precision) bits")
    case 1:
      isBigEndian = bits.0 & 1 != 0
      let (offset, precision) = (try cursor.short(), try cursor.short())
      let layout = [
        try cursor.byte(), try cursor.byte(), try cursor.byte(), try cursor.byte(), try cursor.word(), bits.1,
      ]
      // Exponent and mantissa by place and size, the exponent's bias, the place of the sign.
      switch layout {
      case [10, 5, 0, 10, 15, 15] where size == 2: kind = .float
      case [7, 8, 0, 7, 127, 15] where size == 2: kind = .bfloat16
      case [23, 8, 0, 23, 127, 31] where size == 4: kind = .float
      case [52, 11, 0, 52, 1023, 63] where size == 8: kind = .float
      default: kind = .other("floating-point numbers of an unusual form")
      }
      if offset != 0 || precision != 8 * size || bits.0 & 0x40 != 0 {
        kind = .other("floating-point numbers of an unusual form")
      }
    case 3: kind = .fixedString(padding: bits.0 & 0x0F)
    case 5: kind = .opaque
    case 8:
      // h5py's booleans.
      let base = try HDF5Type(cursor, nested: head & 0x0F)
      (kind, isBigEndian) = (base.kind, base.isBigEndian)
      guard base.size == size else { throw .malformed("the type at byte \(message.position) is impossible") }
    case 9: kind = bits.0 & 0x0F == 1 ? .variableString : .other("lists of variable length")
    case 2: kind = .other("times")
    case 4: kind = .other("bit fields")
    case 6: kind = .other("compounds")
    case 7: kind = .other("references")
    case 10: kind = .other("arrays")
    default: throw .malformed("the type at byte \(message.position) is none")
    }
  }

  /// The type that an enumeration is made of, which is an integer.
  private init(_ message: ByteCursor, nested: Int) throws(StorageFault) {
    var copy = message
    guard try copy.byte() & 0x0F == 0 else {
      throw .malformed("the enumeration at byte \(message.position) is not made of integers")
    }
    try self.init(message)
  }

  /// The type as people know it.
  var name: String {
    switch kind {
    case .signed: "int\(8 * size)"
    case .unsigned: "uint\(8 * size)"
    case .float: "float\(8 * size)"
    case .bfloat16: "bfloat16"
    case .fixedString, .variableString: "strings"
    case .opaque: "opaque elements of \(size) bytes"
    case .other(let name): name
    }
  }
}

/// The extents in a dataspace message; nil for a space without any element.
func extents(_ message: ByteCursor, sizeSize: Int) throws(StorageFault) -> [Int]? {
  var cursor = message
  let version = try cursor.byte()
  let rank = try cursor.byte()
  try cursor.skip(1)
  switch version {
  case 1: try cursor.skip(5)
  case 2: if try cursor.byte() == 2 { return nil }
  default: throw .unsupported("the dataspace at byte \(message.position) is of version \(version)")
  }
  guard rank <= 32 else { throw .malformed("the dataspace at byte \(message.position) has \(rank) axes") }
  var extents: [Int] = []
  for _ in 0..<rank { extents.append(try cursor.size(bytes: sizeSize)) }
  return extents
}
