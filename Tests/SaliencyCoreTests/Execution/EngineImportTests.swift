import SaliencyTestSupport
import Testing

@Suite("Where oneDNN is known")
struct EngineImportTests {
  @Test("One folder maps plans to oneDNN, and nothing else imports it")
  func folder() throws {
    let imports = try SourceImports.modules(in: "Sources")
    let files = try #require(imports["OneDNN"])
    #expect(files.filter { !$0.hasPrefix("SaliencyCore/Execution/OneDNN/") } == [])
    let shims = try #require(imports["COneDNN"])
    #expect(shims.filter { !$0.hasPrefix("OneDNN/") } == [])
  }
}
