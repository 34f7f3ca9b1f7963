internal import FoundationEssentials

/// JSON whose form is not known beforehand.
enum JSONValue: Decodable, Sendable, Equatable {
  case null
  case boolean(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Why bytes could not be read, as a clause.
  struct Failure: Error, CustomStringConvertible {
    var description: String { "it is not valid JSON" }
  }

  /// Reads the bytes of a JSON file.
  init(parsing bytes: [UInt8]) throws(Failure) {
    do {
      self = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    } catch {
      throw Failure()
    }
  }

  var text: String? { if case .string(let value) = self { value } else { nil } }
  var number: Double? { if case .number(let value) = self { value } else { nil } }
  var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
  var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  subscript(key: String) -> JSONValue? { if case .object(let value) = self { value[key] } else { nil } }
}
