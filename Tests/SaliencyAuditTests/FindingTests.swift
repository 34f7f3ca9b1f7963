import FoundationEssentials
import Saliency
import Testing

@testable import SaliencyAudit

@Suite("Findings of an audit")
struct FindingTests {
  /// Asks a network about all of the example's images, in one folder without classes, and about their masks.
  private static func findings(
    _ network: String, in folder: TestFolder, as name: String = "audit"
  ) async throws -> AuditFindings {
    for animal in ["bird", "cat"] {
      for place in ["tree", "house"] {
        for number in 1...6 {
          let image = "\(animal)-\(place)-\(number)"
          try folder.copy(image, as: "data/\(image).png")
        }
      }
    }
    var settings = AuditSettings(Question(method: .guided))
    settings.labels = try Labels(contentsOf: TestFolder.labels)
    settings.masks = TestFolder.pictures
    let audit = Audit(folder: folder.path + "/" + name)
    try await audit.run(
      try Model(contentsOf: TestFolder.repository + "/Examples/Models/bird-or-tree-\(network).onnx"),
      over: try DataSet(folder.path + "/data"), settings)
    return try audit.report()
  }

  @Test("A network that takes trees for birds is found out with masks, the same way each time")
  func confounded() async throws {
    try await TestFolder.with { folder in
      let found = try await Self.findings("confounded", in: folder)
      #expect(found.tested && found.images == 24)
      #expect(found.findings.map(\.class) == ["bird", "cat"])
      for finding in found.findings {
        #expect(finding.region.kind == "background" && finding.region.box == nil && finding.share == 1)
        // What becomes of an animal before the other's background.
        #expect(finding.added.gained >= 0.9 && finding.added.control <= 0.1)
        #expect(
          finding.added.interval[0] <= finding.added.gained
            && finding.added.gained <= finding.added.interval[1])
        let place = finding.class == "bird" ? "tree" : "house"
        #expect(finding.images.count == 12 && finding.images.allSatisfy { $0.contains(place) })
      }
      // A tree that is taken away is missed.
      #expect(found.findings[0].removed.lost >= 0.9 && found.findings[0].removed.control <= 0.1)
      #expect(try found.json().contains("\"box\" : null"))
      let again = try await Self.findings("confounded", in: folder, as: "again")
      #expect(try again.json() == found.json())
    }
  }

  @Test("Of a network that sees the animals nothing is found")
  func clean() async throws {
    try await TestFolder.with { folder in
      let found = try await Self.findings("clean", in: folder)
      #expect(found.tested && found.findings.isEmpty)
    }
  }
}
