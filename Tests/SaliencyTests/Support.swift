import FoundationEssentials
import LibC
import Saliency
import SaliencyCore
import SaliencyTestSupport

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

extension MadeModel {
  /// Calls `body` with the model, opened from a file of its own.
  @discardableResult
  func opened<Result>(_ body: (Model) async throws -> Result) async throws -> Result {
    try await withTemporaryFolder { folder in
      try Data(file).write(to: URL(filePath: folder + "/made.onnx"))
      return try await body(Model(contentsOf: folder + "/made.onnx"))
    }
  }
}
