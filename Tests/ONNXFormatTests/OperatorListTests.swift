import Foundation
import SaliencyTestSupport
import Testing

@testable import ONNXFormat

@Suite("The list of operators in Documentation/Supported.md") struct OperatorListTests {
  @Test("has every operator that can be imported and no other, each in its row")
  func operators() throws {
    let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Documentation/Supported.md")
    let lines = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
    let start = try #require(lines.firstIndex { $0.hasPrefix("| family | operators |") })
    var rows: [String: Set<String>] = [:]
    for line in lines[(start + 2)...].prefix(while: { $0.hasPrefix("|") }) {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      rows[cells[0]] = Set(cells[1].components(separatedBy: ", "))
    }
    for (name, operators) in OperatorTable.families {
      let imported = operators.filter { $0.importer != nil || $0.subgraphs != nil }
      #expect(rows[name] ?? [] == Set(imported.map(\.name)), "row '\(name)'")
    }
    #expect(rows["known numbers only"] == Set(OperatorTable.onNumbers.map(\.name)))
    #expect(Set(rows.keys).isSubset(of: OperatorTable.families.map(\.name) + ["known numbers only"]))
  }

  @Test("is known to the code that reads ONNX alone: nothing else asks for an operator by its name")
  func neutralSources() throws {
    let operators = Set(OperatorTable.families.flatMap(\.operators).map(\.name))
      .subtracting(OperatorTable.onNumbers.map(\.name))
    for (word, files) in try NeutralSources.words() where operators.contains(word) {
      Issue.record("\(files.sorted().joined(separator: ", ")) names operator \(word)")
    }
  }
}

extension OperatorTable {
  /// The operators that are worked out at import and never become nodes of the graph.
  fileprivate static var onNumbers: [OperatorDefinition] {
    families.flatMap(\.operators).filter { $0.importer == nil && $0.subgraphs == nil }
  }
}
