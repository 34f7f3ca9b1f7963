import FoundationEssentials
import Glibc
import SaliencyCore

enum FixtureFolder {
  /// `Tests/Fixtures`.
  static let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures").path

  /// What a JSON file of the folder says.
  static func decoded<Contents: Decodable>(_ type: Contents.Type, from file: String) throws -> Contents {
    try JSONDecoder().decode(type, from: Data(contentsOf: URL(filePath: path + "/" + file)))
  }
}

/// Calls `body` with the path of a new folder, which is removed afterwards with everything in it.
func withTemporaryFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
  var template = Array("/tmp/saliency-tests-XXXXXX".utf8CString)
  let folder = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try await body(folder)
}
