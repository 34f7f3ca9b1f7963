import FileAccess
import Foundation
import Saliency
import Testing

/// What front ends are made of.
@Suite("Front ends")
struct FrontEndTests {
  private static let root = URL(filePath: Workspace.fixtures).deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// The modules that the sources of a folder import, each with the files that do.
  private static func imports(in folder: String) throws -> [String: [String]] {
    var imports: [String: [String]] = [:]
    for file in try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(folder)")
    where file.hasSuffix(".swift") {
      let source = try String(contentsOfFile: "\(root)/\(folder)/\(file)", encoding: .utf8)
      for line in source.split(separator: "\n") {
        let pattern =
          /^\s*(?:@\w+\s+)*(?:\w+\s+)?import\s+(?:(?:struct|enum|class|protocol|func|var|let|typealias)\s+)?(\w+)/
        if let match = line.prefixMatch(of: pattern) { imports[String(match.1), default: []].append(file) }
      }
    }
    return imports
  }

  @Test(
    "A front end imports Saliency and nothing below it",
    arguments: ["Sources/SaliencyCommand", "Examples/Server/Sources"])
  func imports(_ folder: String) throws {
    let imports = try Self.imports(in: folder)
    #expect(imports["Saliency"] != nil)
    for (module, files) in imports {
      #expect(
        ["ArgumentParser", "FoundationEssentials", "Saliency", "Synchronization"].contains(module),
        "\(module) is imported by \(files.sorted())")
    }
  }

  @Test(
    "An error is told by its kind and one sentence that names what is concerned",
    arguments: [
      (AnyError { _ = try Target(parsing: "top:0") }, "usage"),
      (AnyError { _ = try Model(contentsOf: "/no/such/file.onnx") }, "missing"),
      (AnyError { _ = try InputContents(decoding: Array("text".utf8)) }, "badData"),
      (AnyError { _ = try JSONDecoder().decode(Question.self, from: Data(#"{"on": "x"}"#.utf8)) }, "usage"),
      (AnyError { throw CancellationError() }, "cancelled"),
    ])
  func errors(_ error: AnyError, _ category: String) throws {
    let report = ErrorReport(try #require(error.thrown), input: "photo.png")
    #expect(report.category.rawValue == category)
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
