/// JSON whose form is not known beforehand.
package enum JSONValue: Sendable, Equatable {
  case null
  case boolean(Bool)
  /// A number; whole numbers are exact up to 2⁵³. NaN and infinities can be there, since Python writes them.
  case number(Double)
  case string(String)
  case array([JSONValue])
  /// An object; of several entries with one name the last is kept.
  case object([String: JSONValue])

  package var text: String? { if case .string(let value) = self { value } else { nil } }
  package var number: Double? { if case .number(let value) = self { value } else { nil } }
  /// The number, where it is a whole one.
  package var integer: Int? { number.flatMap { Int(exactly: $0) } }
  package var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
  package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  package var object: [String: JSONValue]? { if case .object(let value) = self { value } else { nil } }
  package var isNull: Bool { self == .null }
  package subscript(key: String) -> JSONValue? {
    if case .object(let value) = self { value[key] } else { nil }
  }
}

extension JSONValue {
  /// Why bytes could not be read, as a clause.
  package struct Failure: Error, CustomStringConvertible {
    /// Such as "it is not valid JSON, which ends after a comma (at byte 12)".
    package let description: String
  }

  /// How many arrays and objects may lie in each other.
  package static let depthLimit = 512
  /// How many values there may be, each of which takes some dozen bytes of memory.
  package static let valueLimit = 16_000_000

  /// Reads the bytes of a JSON text in UTF-8, by RFC 8259, with `NaN`, `Infinity` and `-Infinity`, which Python
  /// writes, and with or without a byte order mark. Takes time in proportion to the bytes.
  package init(parsing bytes: [UInt8]) throws(Failure) {
    try self.init(parsing: bytes.span)
  }

  /// Reads the bytes of a JSON text.
  package init(parsing bytes: Span<UInt8>) throws(Failure) {
    var parser = JSONParser(count: bytes.count)
    self = try parser.document(in: bytes)
  }
}
