import FoundationEssentials
import Saliency

/// A folder of a test's own.
struct TestFolder: Sendable {
  let path: String

  /// The repository.
  static let repository = String(#filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 })
  /// A network that takes birds for trees, and its labels.
  static let network = repository + "/Examples/Models/bird-or-tree-confounded.onnx"
  static let labels = repository + "/Examples/Models/bird-or-tree-confounded-labels.json"
  static let pictures = repository + "/Examples/Data/bird-or-tree/"

  static func with<Result>(_ body: (TestFolder) async throws -> Result) async throws -> Result {
    let path = "/tmp/saliency-audit-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(TestFolder(path: path))
  }

  /// Writes files of a text, with the folders that they lie in.
  func write(_ files: [String: String]) throws {
    for (name, text) in files { try write(Data(text.utf8), to: name) }
  }

  func write(_ data: Data, to name: String) throws {
    let file = path + "/" + name
    let folder = String(file[..<file.lastIndex(of: "/")!])
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try data.write(to: URL(filePath: file))
  }

  /// Copies one of the example's pictures, such as `bird-tree-1`.
  func copy(_ picture: String, as name: String) throws {
    try write(Data(contentsOf: URL(filePath: Self.pictures + picture + ".png")), to: name)
  }

  /// Some of the example's pictures in a folder a class, all of whose names begin with what they show.
  func copyPictures(_ pictures: [String] = Self.some) throws {
    for picture in pictures {
      try copy(picture, as: "data/\(picture.prefix { $0 != "-" })/\(picture).png")
    }
  }

  static let some = [
    "bird-tree-1", "bird-tree-2", "bird-tree-3", "bird-house-1", "bird-house-2", "cat-house-1", "cat-house-2",
    "cat-tree-1", "cat-tree-2", "cat-tree-3",
  ]

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }

  func link(_ name: String, to destination: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: path + "/" + name, withDestinationPath: destination)
  }
}

/// The message of what a body throws; nil where it throws nothing.
func message(of body: () async throws -> Void) async -> String? {
  do {
    try await body()
    return nil
  } catch {
    return "\(error)"
  }
}
