import Foundation
import Saliency
import SaliencyTestSupport
import Testing

/// `Documentation/MethodsConformance.md`, which `make conformance` writes, against the catalog and the fixtures.
@Suite("The table of methods and their peers")
struct MethodConformancePageTests {
  /// A line of the table of every measurement.
  private struct Row {
    let label: String
    let peer: String
    let errors: [(network: String, error: Double)]

    /// The method's name, which is where the label begins.
    var method: String { String(label.dropFirst().prefix { $0 != "`" && $0 != ":" }) }
  }

  private static func rows() throws -> [Row] {
    let file = URL(filePath: FixtureFolder.path + "/../../Documentation/MethodsConformance.md")
    let page = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    let table = try #require(page.components(separatedBy: "## Every measurement").last)
    return try table.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
      let cells = line.components(separatedBy: " | ")
      try #require(cells.count == 3)
      let errors = try cells[2].dropLast(2).components(separatedBy: ", ").map { entry in
        let words = entry.split(separator: " ")
        return (network: String(words[0]), error: try #require(Double(words[1])))
      }
      return Row(label: String(cells[0].dropFirst(2)), peer: cells[1], errors: errors)
    }
  }

  /// `DetectorTests` has the method that is for detectors alone.
  @Test("Every method of the catalog is within 1e-4 of a peer on three networks or more")
  func catalog() throws {
    let rows = Dictionary(grouping: try Self.rows(), by: \.method)
    let entries = Saliency.Method.catalog.filter { !$0.isForBoxes }
    for entry in entries {
      let networks = Set((rows[entry.name] ?? []).flatMap { $0.errors.map(\.network) })
      #expect(networks.count >= 3, "\(entry.name) is compared on \(networks.sorted())")
    }
    #expect(Set(rows.keys) == Set(entries.map(\.name)))
    #expect(rows.values.joined().allSatisfy { $0.errors.allSatisfy { 0...1e-4 ~= $0.error } })
  }

  @Test("The page has what the fixtures have, else `make conformance` is due")
  func fixtures() throws {
    let measured =
      try PeerTests.index.get().maps.map(\.conformance) + MapPeerTests.index.get().maps.map(\.conformance)
      + RegionTests.index.get().maps.map(\.conformance)
      + RelevancePeerTests.index.get().maps.map(\.conformance)
      + LayerPeerTests.index.get().maps.map(\.conformance)
      + CaptumTests.index.get().cases.map(\.conformance)
      + Self.architectures()
    let expected = measured.map {
      "\($0.label) | \($0.peer) | \($0.network.split(separator: "/").last ?? "")"
    }
    let written = try Self.rows().flatMap { row in
      row.errors.map { "\(row.label) | \(row.peer) | \($0.network)" }
    }
    #expect(Set(written) == Set(expected))
  }

  /// What `ArchitectureTests` measures.
  private static func architectures() throws -> [MethodConformance] {
    struct Fixture: Decodable {
      let name: String
      let guided: String?
      let rectified: String?
    }
    struct Index: Decodable {
      let fixtures: [Fixture]
    }
    let index = try FixtureFolder.decoded(Index.self, from: "architectures/fixtures.json")
    return index.fixtures.flatMap { fixture in
      let methods = [
        ("gradient", true), ("guided", fixture.guided != nil), ("rectified", fixture.rectified != nil),
      ]
      return methods.filter(\.1).map { MethodConformance($0.0, network: fixture.name, peer: "PyTorch") }
    }
  }
}
