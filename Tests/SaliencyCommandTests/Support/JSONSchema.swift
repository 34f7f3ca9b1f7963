import FileAccess
import Foundation

/// A JSON Schema of the keywords that ours uses; any other keyword is a problem, so that nothing is passed over.
struct JSONSchema {
  /// The schema of the package's reports.
  static func reports() throws -> JSONSchema { try loaded.get() }

  private static let loaded = Result {
    let root = URL(filePath: Workspace.fixtures).deletingLastPathComponent().deletingLastPathComponent()
    let bytes = try Data(contentsOf: root.appending(path: "Documentation/reports.schema.json"))
    return JSONSchema(root: try JSONValue(parsing: Array(bytes)))
  }

  let root: JSONValue

  /// The schemas that others refer to, by name.
  var definitions: [String: JSONValue] { root["$defs"]?.object ?? [:] }

  /// What the schema does not allow of a value, each with its place; of one definition where that is named.
  func problems(of value: JSONValue, as definition: String? = nil) -> [String] {
    guard let definition else { return problems(of: value, by: root, at: "$") }
    guard let schema = definitions[definition] else { return ["there is no definition '\(definition)'"] }
    return problems(of: value, by: schema, at: "$")
  }

  private static let remarks: Set = ["$schema", "$defs", "title", "description"]

  private func problems(of value: JSONValue, by schema: JSONValue, at place: String) -> [String] {
    guard let keywords = schema.object else { return ["\(place): the schema is no object"] }
    return keywords.sorted { $0.key < $1.key }.flatMap { keyword, argument -> [String] in
      switch keyword {
      case _ where Self.remarks.contains(keyword): return []
      case "$ref":
        let name = argument.text.map { String($0.dropFirst("#/$defs/".count)) } ?? ""
        guard let referred = definitions[name] else { return ["\(place): there is no '\(name)'"] }
        return problems(of: value, by: referred, at: place)
      case "type":
        let names = argument.array?.compactMap(\.text) ?? [argument.text ?? ""]
        return names.contains { isOf($0, value) } ? [] : ["\(place): it is not of type \(names)"]
      case "enum":
        return argument.array?.contains(value) == true ? [] : ["\(place): it is none of the values"]
      case "anyOf":
        let branches = (argument.array ?? []).map { problems(of: value, by: $0, at: place) }
        return branches.contains(where: \.isEmpty) ? [] : ["\(place): no branch fits"]
      case "items":
        return (value.array ?? []).enumerated().flatMap { index, item in
          problems(of: item, by: argument, at: "\(place)[\(index)]")
        }
      case "required":
        guard let fields = value.object else { return [] }
        return (argument.array ?? []).compactMap(\.text).filter { fields[$0] == nil }
          .map { "\(place): '\($0)' is missing" }
      case "properties":
        return fields(of: value).flatMap { name, field in
          argument[name].map { problems(of: field, by: $0, at: "\(place).\(name)") } ?? []
        }
      case "additionalProperties":
        return fields(of: value).filter { schema["properties"]?[$0.key] == nil }.flatMap { name, field in
          argument.boolean == false
            ? ["\(place): '\(name)' is not documented"]
            : problems(of: field, by: argument, at: "\(place).\(name)")
        }
      default: return ["\(place): the keyword '\(keyword)' is not known"]
      }
    }
  }

  private func fields(of value: JSONValue) -> [(key: String, value: JSONValue)] {
    (value.object ?? [:]).sorted { $0.key < $1.key }
  }

  private func isOf(_ type: String, _ value: JSONValue) -> Bool {
    switch type {
    case "object": value.object != nil
    case "array": value.array != nil
    case "string": value.text != nil
    case "number": value.number != nil
    case "integer": value.number.map { $0 == $0.rounded() } ?? false
    case "boolean": value.boolean != nil
    case "null": value.isNull
    default: false
    }
  }
}
