import FoundationEssentials
import Testing

@testable import ONNXFormat

@Suite("The schema") struct ModelSchemaTests {
  @Test("has exactly the fields that onnx.proto declares")
  func agreesWithDeclaration() throws {
    let declared = try Self.declaredFields()
    #expect(Set(declared.keys) == Set(MessageKind.allCases.map(\.rawValue)))
    for kind in MessageKind.allCases {
      let fields = try #require(declared[kind.rawValue])
      for number in 1..<100 {
        #expect(kind.rule(forField: number) == fields[number], "field \(number) of \(kind.rawValue)")
      }
    }
  }

  /// The fields that stand in onnx.proto, by the name of their message.
  private static func declaredFields() throws -> [String: [Int: FieldRule]] {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(
      contentsOf: package.appending(path: "Sources/ONNXFormat/File/onnx.proto"), encoding: .utf8)
    var fields: [String: [Int: FieldRule]] = [:]
    var blocks: [(keyword: Substring, name: String)] = []
    for line in text.split(separator: "\n") {
      let words = line.split(whereSeparator: { " ;".contains($0) })
      guard let first = words.first, !first.hasPrefix("//") else { continue }
      if ["message", "enum", "oneof"].contains(first) {
        blocks.append((first, String(words[1])))
        if first == "message" { fields[String(words[1])] = [:] }
        if words.last?.hasSuffix("}") == true { blocks.removeLast() }
      } else if first == "}" {
        blocks.removeLast()
      } else if let message = blocks.last(where: { $0.keyword == "message" }), blocks.last?.keyword != "enum",
        let equals = words.firstIndex(of: "="), let number = Int(words[equals + 1]), number < 10000
      {
        fields[message.name]?[number] = FieldRule(
          contents: contents(String(words[equals - 2])), isRepeated: first == "repeated")
      }
    }
    return fields
  }

  private static func contents(_ type: String) -> FieldContents {
    switch type {
    case "int32", "int64", "AttributeType", "DataLocation": .varint
    case "float": .float
    case "string": .string
    case "bytes": .bytes
    default: MessageKind(rawValue: type).map { .message($0) } ?? .bytes
    }
  }
}
