import FileAccess
import Foundation
import Saliency
import SaliencyTestSupport
import Testing

/// What front ends are made of.
@Suite("Front ends")
struct FrontEndTests {
  @Test(
    "A front end imports Saliency and nothing below it",
    arguments: ["Sources/SaliencyCommand", "Sources/SaliencyPython", "Examples/Server/Sources"])
  func imports(_ folder: String) throws {
    let imports = try SourceImports.modules(in: folder)
    #expect(imports["Saliency"] != nil)
    for (module, files) in imports {
      #expect(
        [
          "ArgumentParser", "CSaliencyPython", "Dispatch", "FoundationEssentials", "Glibc", "Saliency",
          "SaliencyAudit", "Synchronization",
        ].contains(module),
        "\(module) is imported by \(files.sorted())")
    }
  }

  @Test(
    "An error is told by its kind and one sentence that names what is concerned",
    arguments: [
      (AnyError { _ = try Target(parsing: "top:0") }, "usage", "unknownTarget"),
      (AnyError { _ = try Model(contentsOf: "/no/such/file.onnx") }, "missing", "unreadable"),
      (AnyError { _ = try InputContents(decoding: Array("text".utf8)) }, "badData", "unsupportedFormat"),
      (
        AnyError { _ = try JSONDecoder().decode(Question.self, from: Data(#"{"on": "x"}"#.utf8)) }, "usage",
        "usage"
      ),
      (AnyError { throw CancellationError() }, "cancelled", "cancelled"),
    ])
  func errors(_ error: AnyError, _ category: String, _ code: String) throws {
    let report = ErrorReport(try #require(error.thrown), input: "photo.png")
    #expect(report.category.rawValue == category)
    #expect(report.code == code)
    #expect(!report.error.isEmpty && !report.error.contains("\n"))
    if category == "badData" { #expect(report.error.hasPrefix("photo.png: ")) }
    let value = try JSONValue(parsing: Array(report.json().utf8))
    #expect(try JSONSchema.reports().problems(of: value, as: "ErrorReport") == [])
  }

  /// What a body throws.
  struct AnyError: Sendable, CustomTestStringConvertible {
    let thrown: (any Error)?

    init(_ body: () throws -> Void) {
      do {
        try body()
        thrown = nil
      } catch {
        thrown = error
      }
    }

    var testDescription: String { thrown.map { "\($0)" } ?? "none" }
  }
}
