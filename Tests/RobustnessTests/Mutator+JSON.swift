import FileAccess

extension Mutator {
  /// A configuration with a few of its values replaced, removed, doubled or taken from elsewhere in it.
  mutating func damaged(_ configuration: JSONValue) -> JSONValue {
    var result = configuration
    var donors: [JSONValue] = []
    collect(configuration, into: &donors)
    let count = donors.count
    for _ in 0...[0, 0, 1, 3, 6][below(5)] {
      var target = below(count)
      result = changed(result, &target, donors) ?? .null
    }
    return result
  }

  private func collect(_ value: JSONValue, into all: inout [JSONValue]) {
    all.append(value)
    switch value {
    case .array(let items): for item in items { collect(item, into: &all) }
    case .object(let entries): for key in entries.keys.sorted() { collect(entries[key] ?? .null, into: &all) }
    default: break
    }
  }

  /// The value with the change made to the `target`-th value in it, counted down to 0; nil where that is removed.
  private mutating func changed(_ value: JSONValue, _ target: inout Int, _ donors: [JSONValue]) -> JSONValue?
  {
    defer { target -= 1 }
    if target == 0 { return replacement(for: value, donors) }
    guard target > 0 else { return value }
    switch value {
    case .array(let items):
      var result: [JSONValue] = []
      for item in items {
        target -= 1
        if let item = changed(item, &target, donors) { result.append(item) }
        target += 1
      }
      return .array(result)
    case .object(let entries):
      var result: [String: JSONValue] = [:]
      for key in entries.keys.sorted() {
        target -= 1
        if let item = changed(entries[key] ?? .null, &target, donors) { result[key] = item }
        target += 1
      }
      return .object(result)
    default: return value
    }
  }

  private mutating func replacement(for value: JSONValue, _ donors: [JSONValue]) -> JSONValue? {
    switch below(10) {
    case 0: return nil
    case 1: return donors.randomElement(using: &self)
    case 2: return .array([value, value])
    case 3: return .object(["class_name": value, "config": value])
    case 4: return .null
    default: break
    }
    switch value {
    case .number(let number):
      let numbers = [
        number + 1, -number, number * 1e9, 0, -1, 1e18, 1e300, .nan, .infinity, 0.5, 9_007_199_254_740_992,
        65_536,
      ]
      return .number(numbers.randomElement(using: &self) ?? 0)
    case .string(let text):
      let texts = [
        "", "../../etc/passwd", text + text, "softmax", "Lambda", "channels_first", "é\u{0}\u{202E}", "0",
      ]
      return .string(texts.randomElement(using: &self) ?? "")
    case .boolean(let flag): return .boolean(!flag)
    case .array(let items): return .array(below(2) == 0 ? Array(items.reversed()) : Array(items.dropLast()))
    case .object: return donors.randomElement(using: &self)
    case .null: return .number(Double(below(1_000)))
    }
  }
}

extension JSONValue {
  /// The value as JSON text, with Python's names for numbers that are none.
  var jsonText: String {
    switch self {
    case .null: "null"
    case .boolean(let value): value ? "true" : "false"
    case .number(let value):
      if value.isNaN {
        "NaN"
      } else if value.isInfinite {
        value < 0 ? "-Infinity" : "Infinity"
      } else {
        Int(exactly: value).map(String.init) ?? "\(value)"
      }
    case .string(let value): Self.quoted(value)
    case .array(let items): "[" + items.map(\.jsonText).joined(separator: ", ") + "]"
    case .object(let entries):
      "{"
        + entries.sorted { $0.key < $1.key }.map { "\(Self.quoted($0.key)): \($0.value.jsonText)" }
        .joined(separator: ", ") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
