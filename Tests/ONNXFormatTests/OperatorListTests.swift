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
    let families = [
      ("activations", OperatorTable.activations), ("arithmetic", OperatorTable.arithmetic),
      ("attention", OperatorTable.attention), ("comparisons and logic", OperatorTable.comparisons),
      ("constants", OperatorTable.constants), ("conversions", OperatorTable.conversions),
      ("convolutions", OperatorTable.convolutions), ("layouts", OperatorTable.layouts),
      ("losses", OperatorTable.losses), ("matrix products", OperatorTable.matrixProducts),
      ("normalizations", OperatorTable.normalizations), ("paddings", OperatorTable.paddings),
      ("poolings", OperatorTable.poolings), ("quantization", OperatorTable.quantization),
      ("recurrent layers", OperatorTable.recurrences),
      ("reductions", OperatorTable.reductions), ("resampling", OperatorTable.resampling),
      ("sampling", OperatorTable.sampling), ("selections", OperatorTable.selections),
      ("sequences", OperatorTable.sequences), ("signals", OperatorTable.signals),
      ("slices", OperatorTable.slices),
      ("with a state", OperatorTable.stateful),
      ("trigonometry", OperatorTable.trigonometry),
    ]
    for (name, operators) in families { #expect(rows[name] == Set(operators.keys), "row '\(name)'") }
    #expect(families.reduce(0) { $0 + $1.1.count } == OperatorTable.imports.count)
    #expect(rows["control flow"] == OperatorTable.controlFlow)
    let onConstants = Set(NodeImport.foldedOperators).subtracting(OperatorTable.imports.keys)
    #expect(rows["known numbers only"] == onConstants)
  }

  @Test("is known to the code that reads ONNX alone: nothing else asks for an operator by its name")
  func neutralSources() throws {
    let operators = OperatorTable.controlFlow.union(OperatorTable.imports.keys)
    for (word, files) in try NeutralSources.words() where operators.contains(word) {
      Issue.record("\(files.sorted().joined(separator: ", ")) names operator \(word)")
    }
  }
}
