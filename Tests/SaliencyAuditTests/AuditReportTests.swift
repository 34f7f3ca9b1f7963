import FoundationEssentials
import Saliency
import Testing

@testable import SaliencyAudit

@Suite("Reports of an audit")
struct AuditReportTests {
  /// Asks the example's network about a few of its pictures, and a file that is none.
  static func audit(in folder: TestFolder) async throws -> Audit {
    try folder.copyPictures()
    try folder.write(["data/bird/<b>&\"text\".png": "no picture"])
    var settings = AuditSettings(Question(method: .guided))
    settings.labels = try Labels(contentsOf: TestFolder.labels)
    settings.invocation = "saliency audit model.onnx data -o audit"
    let audit = Audit(folder: folder.path + "/audit")
    try await audit.run(
      try Model(contentsOf: TestFolder.network), over: try DataSet(folder.path + "/data"), settings)
    return audit
  }

  @Test(
    "The page is one file that needs nothing else, and tells classes, mistakes, failures and how to make it again"
  )
  func page() async throws {
    try await TestFolder.with { folder in
      let audit = try await Self.audit(in: folder)
      let findings = try audit.report()
      let page = String(decoding: try Data(contentsOf: URL(filePath: audit.reportPath)), as: UTF8.self)
      for text in [
        "<h3>bird</h3>", "<h3>cat</h3>", "11 images", "Wrong predictions, and where they looked",
        "Images that failed", "saliency audit model.onnx data -o audit",
        "bird/&lt;b&gt;&amp;&quot;text&quot;.png",
      ] { #expect(page.contains(text), "\(text)") }
      // Nothing is fetched, and what others wrote is no markup.
      for text in ["http://", "https://", "src=\"/", "<script src", "<link", "@import", "<b>&\"text"] {
        #expect(!page.contains(text), "\(text)")
      }
      // Photographs of all ten, the maps of what the network says and of the five that it takes for others, in both places, and two mean maps.
      #expect(page.split(separator: "data:image/jpeg;base64,").count > 10 + 10 + 2)
      let written = try Data(contentsOf: URL(filePath: audit.findingsPath))
      #expect(String(decoding: written, as: UTF8.self) == (try findings.json()) + "\n")
      try audit.report()
      #expect(try String(decoding: Data(contentsOf: URL(filePath: audit.reportPath)), as: UTF8.self) == page)
    }
  }
}
