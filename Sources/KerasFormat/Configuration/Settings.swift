import FileAccess
import SaliencyCore

/// The arguments of a layer's constructor, by name.
struct Settings: Sendable {
  private var values: [String: JSONValue]

  init(_ json: JSONValue?) {
    if case .object(let values)? = json { self.values = values } else { values = [:] }
  }

  subscript(key: String) -> JSONValue? {
    get {
      guard let value = values[key], value != .null else { return nil }
      return value
    }
    set { values[key] = newValue }
  }

  /// Whether the file says something of a setting, be it that there is none.
  func mentions(_ key: String) -> Bool { values[key] != nil }

  /// These settings and those of `other`, which prevail.
  func merged(with other: Settings) -> Settings {
    var result = self
    result.values.merge(other.values) { $1 }
    return result
  }

  /// A whole number.
  func integer(_ key: String) throws(LayerFailure) -> Int {
    guard let value = try integerIfPresent(key) else { throw .invalid("setting '\(key)' is missing") }
    return value
  }

  func integer(_ key: String, default value: Int) throws(LayerFailure) -> Int {
    try integerIfPresent(key) ?? value
  }

  func integerIfPresent(_ key: String) throws(LayerFailure) -> Int? {
    guard let json = self[key] else { return nil }
    guard let number = json.integer else { throw .invalid("setting '\(key)' has to be a whole number") }
    return number
  }

  /// Whole numbers, one for each of `count` axes; a single number stands for all.
  func integers(_ key: String, count: Int, default value: Int? = nil) throws(LayerFailure) -> [Int] {
    guard let json = self[key] else {
      guard let value else { throw .invalid("setting '\(key)' is missing") }
      return [Int](repeating: value, count: count)
    }
    if let number = json.integer { return [Int](repeating: number, count: count) }
    guard let items = json.array, items.count == count else {
      throw .invalid("setting '\(key)' has to be \(count == 1 ? "a whole number" : "\(count) whole numbers")")
    }
    return try integers(items, key)
  }

  /// Any number of whole numbers.
  func list(_ key: String) throws(LayerFailure) -> [Int]? {
    guard let json = self[key] else { return nil }
    if let number = json.integer { return [number] }
    guard let items = json.array else { throw .invalid("setting '\(key)' has to be a list of whole numbers") }
    return try integers(items, key)
  }

  private func integers(_ items: [JSONValue], _ key: String) throws(LayerFailure) -> [Int] {
    let numbers = items.compactMap(\.integer)
    guard numbers.count == items.count else {
      throw .invalid("setting '\(key)' has to be made of whole numbers")
    }
    return numbers
  }

  /// A number.
  func number(_ key: String, default value: Float) throws(LayerFailure) -> Float {
    try numberIfPresent(key) ?? value
  }

  func numberIfPresent(_ key: String) throws(LayerFailure) -> Float? {
    guard let json = self[key] else { return nil }
    // A NumPy scalar is written as an object with its value.
    guard let number = json.number ?? json["config"]?["value"]?.number else {
      throw .invalid("setting '\(key)' has to be a number")
    }
    return Float(number)
  }

  /// One number or a list of numbers, however deeply nested; nil where there is none.
  func numbers(_ key: String) throws(LayerFailure) -> [Double]? {
    guard let json = self[key] else { return nil }
    func flattened(_ json: JSONValue) -> [Double]? {
      if let number = json.number { return [number] }
      if let value = json["config"]?["value"] { return flattened(value) }
      guard let items = json.array else { return nil }
      var result: [Double] = []
      for item in items {
        guard let numbers = flattened(item) else { return nil }
        result += numbers
      }
      return result
    }
    guard let numbers = flattened(json) else { throw .invalid("setting '\(key)' has to be made of numbers") }
    return numbers
  }

  func flag(_ key: String, default value: Bool) throws(LayerFailure) -> Bool {
    guard let json = self[key] else { return value }
    guard let flag = json.boolean else { throw .invalid("setting '\(key)' has to be true or false") }
    return flag
  }

  func text(_ key: String) throws(LayerFailure) -> String? {
    guard let json = self[key] else { return nil }
    guard let text = json.text else { throw .invalid("setting '\(key)' has to be a text") }
    return text
  }

  func text(_ key: String, default value: String) throws(LayerFailure) -> String { try text(key) ?? value }

  /// A layer inside this one, such as the one that a wrapper wraps.
  func layer(_ key: String) -> LayerConfiguration? {
    self[key].flatMap { try? LayerConfiguration($0, defaultName: key, depth: 0) }
  }
}
