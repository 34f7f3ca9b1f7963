/// Reads one JSON text, from its first byte to its last.
struct JSONParser {
  typealias Failure = JSONValue.Failure

  private var position = 0
  private let count: Int
  private var valueCount = 0

  init(count: Int) {
    self.count = count
  }

  mutating func document(in bytes: Span<UInt8>) throws(Failure) -> JSONValue {
    if count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
    let value = try value(in: bytes, depth: 0)
    skipSpace(in: bytes)
    guard position == count else { throw invalid("something follows its end") }
    return value
  }

  private mutating func value(in bytes: Span<UInt8>, depth: Int) throws(Failure) -> JSONValue {
    skipSpace(in: bytes)
    valueCount += 1
    guard valueCount <= JSONValue.valueLimit else {
      throw Failure(description: "it is JSON with more than \(JSONValue.valueLimit) values")
    }
    guard let first = peek(in: bytes) else { throw invalid("it ends where a value should be") }
    switch first {
    case UInt8(ascii: "{"): return try object(in: bytes, depth: depth + 1)
    case UInt8(ascii: "["): return try array(in: bytes, depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string(in: bytes))
    case UInt8(ascii: "t"): return try literal("true", .boolean(true), in: bytes)
    case UInt8(ascii: "f"): return try literal("false", .boolean(false), in: bytes)
    case UInt8(ascii: "n"): return try literal("null", .null, in: bytes)
    case UInt8(ascii: "N"): return try literal("NaN", .number(.nan), in: bytes)
    case UInt8(ascii: "I"): return try literal("Infinity", .number(.infinity), in: bytes)
    case UInt8(ascii: "-") where position + 1 < count && bytes[position + 1] == UInt8(ascii: "I"):
      return try literal("-Infinity", .number(-.infinity), in: bytes)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number(in: bytes))
    default: throw invalid("there is no value where one should be")
    }
  }

  private mutating func object(in bytes: Span<UInt8>, depth: Int) throws(Failure) -> JSONValue {
    try check(depth)
    position += 1
    var entries: [String: JSONValue] = [:]
    if accept("}", in: bytes) { return .object(entries) }
    repeat {
      skipSpace(in: bytes)
      guard peek(in: bytes) == UInt8(ascii: "\"") else { throw invalid("a name in quotes is missing") }
      let name = try string(in: bytes)
      guard accept(":", in: bytes) else { throw invalid("a colon is missing") }
      entries[name] = try value(in: bytes, depth: depth)
    } while accept(",", in: bytes)
    guard accept("}", in: bytes) else { throw invalid("a comma or a closing brace is missing") }
    return .object(entries)
  }

  private mutating func array(in bytes: Span<UInt8>, depth: Int) throws(Failure) -> JSONValue {
    try check(depth)
    position += 1
    var items: [JSONValue] = []
    if accept("]", in: bytes) { return .array(items) }
    repeat {
      items.append(try value(in: bytes, depth: depth))
    } while accept(",", in: bytes)
    guard accept("]", in: bytes) else { throw invalid("a comma or a closing bracket is missing") }
    return .array(items)
  }

  private func check(_ depth: Int) throws(Failure) {
    guard depth <= JSONValue.depthLimit else {
      throw Failure(description: "it is JSON nested more than \(JSONValue.depthLimit) levels deep")
    }
  }

  private mutating func literal(
    _ word: StaticString, _ value: JSONValue, in bytes: Span<UInt8>
  ) throws(Failure) -> JSONValue {
    let length = word.utf8CodeUnitCount
    let isThere = word.withUTF8Buffer { letters in
      position + length <= count && letters.indices.allSatisfy { bytes[position + $0] == letters[$0] }
    }
    guard isThere else { throw invalid("there is no value where one should be") }
    position += length
    return value
  }

  private mutating func number(in bytes: Span<UInt8>) throws(Failure) -> Double {
    let start = position
    if peek(in: bytes) == UInt8(ascii: "-") { position += 1 }
    let integral = digits(in: bytes)
    guard !integral.isEmpty, integral.count == 1 || bytes[integral.lowerBound] != UInt8(ascii: "0") else {
      throw invalid("a number is malformed")
    }
    var isWhole = true
    if peek(in: bytes) == UInt8(ascii: ".") {
      isWhole = false
      position += 1
      guard !digits(in: bytes).isEmpty else { throw invalid("a number is malformed") }
    }
    if let letter = peek(in: bytes), letter | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      position += 1
      if let sign = peek(in: bytes), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
      guard !digits(in: bytes).isEmpty else { throw invalid("a number is malformed") }
    }
    if isWhole, integral.count <= 15 {
      let magnitude = integral.reduce(0) { $0 * 10 + Int(bytes[$1] - UInt8(ascii: "0")) }
      return bytes[start] == UInt8(ascii: "-") ? -Double(magnitude) : Double(magnitude)
    }
    // Numbers too large for a double become infinite, as in Python.
    guard position - start <= 10_000, let value = Double(text(start..<position, in: bytes)) else {
      throw invalid("a number is malformed")
    }
    return value
  }

  private mutating func digits(in bytes: Span<UInt8>) -> Range<Int> {
    let start = position
    while let digit = peek(in: bytes), UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit { position += 1 }
    return start..<position
  }

  private mutating func string(in bytes: Span<UInt8>) throws(Failure) -> String {
    position += 1
    let start = position
    while position < count, bytes[position] != UInt8(ascii: "\""), bytes[position] != UInt8(ascii: "\\") {
      try checkLetter(bytes[position])
      position += 1
    }
    guard position < count else { throw invalid("a string does not end") }
    if bytes[position] == UInt8(ascii: "\"") {
      position += 1
      return text(start..<(position - 1), in: bytes)
    }
    return try escapedString(from: start, in: bytes)
  }

  /// The rest of a string whose first escape stands at `position`.
  private mutating func escapedString(from start: Int, in bytes: Span<UInt8>) throws(Failure) -> String {
    var units: [UInt8] = (start..<position).map { bytes[$0] }
    while position < count {
      let unit = bytes[position]
      position += 1
      switch unit {
      case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
      case UInt8(ascii: "\\"): units += try escape(in: bytes)
      default:
        try checkLetter(unit)
        units.append(unit)
      }
    }
    throw invalid("a string does not end")
  }

  private func checkLetter(_ unit: UInt8) throws(Failure) {
    guard unit >= 0x20 else { throw invalid("a string has a control character") }
  }

  private mutating func escape(in bytes: Span<UInt8>) throws(Failure) -> [UInt8] {
    guard let letter = peek(in: bytes) else { throw invalid("a string does not end") }
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      let unit = try codeUnit(in: bytes)
      guard UTF16.isLeadSurrogate(unit) else { return Array(String(decoding: [unit], as: UTF16.self).utf8) }
      guard position + 1 < count, bytes[position] == UInt8(ascii: "\\"),
        bytes[position + 1] == UInt8(ascii: "u")
      else { return Array("\u{FFFD}".utf8) }
      position += 2
      return Array(String(decoding: [unit, try codeUnit(in: bytes)], as: UTF16.self).utf8)
    default: throw invalid("a string has an unknown escape")
    }
  }

  private mutating func codeUnit(in bytes: Span<UInt8>) throws(Failure) -> UInt16 {
    guard position + 4 <= count else { throw invalid("a string does not end") }
    var unit: UInt16 = 0
    for index in position..<(position + 4) {
      let digit: UInt8
      switch bytes[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = bytes[index] - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = bytes[index] - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = bytes[index] - UInt8(ascii: "A") + 10
      default: throw invalid("a string has an unknown escape")
      }
      unit = unit << 4 | UInt16(digit)
    }
    position += 4
    return unit
  }

  private func text(_ range: Range<Int>, in bytes: Span<UInt8>) -> String {
    bytes.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }

  private func peek(in bytes: Span<UInt8>) -> UInt8? { position < count ? bytes[position] : nil }

  private mutating func accept(_ letter: Unicode.Scalar, in bytes: Span<UInt8>) -> Bool {
    skipSpace(in: bytes)
    guard peek(in: bytes) == UInt8(ascii: letter) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace(in bytes: Span<UInt8>) {
    while let space = peek(in: bytes), space == 0x20 || space == 0x0A || space == 0x0D || space == 0x09 {
      position += 1
    }
  }

  private func invalid(_ reason: String) -> Failure {
    Failure(description: "it is not valid JSON: \(reason) (at byte \(position))")
  }
}
