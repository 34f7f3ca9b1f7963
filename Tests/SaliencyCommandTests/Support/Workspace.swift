import Foundation
import LibC
import NumPyFormat

/// A folder of a test's own.
struct Workspace {
  let path: String

  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures").path

  /// The files that every test may use: a classifier of 5 classes that ends in a softmax, one of any size, and an input,
  /// an image and labels for them.
  private static let common = [
    "model.onnx": "importer/final-softmax.onnx", "x.npy": "importer/input-1x3x8x8-d46ae2d3.npy",
    "open.onnx": "importer/free-dimensions.onnx",
  ]

  init() throws {
    var template = Array("/tmp/saliency-command-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
  }

  /// Calls `body` with a folder that has the common files, and removes it afterwards.
  static func with<Result>(_ body: (Workspace) async throws -> Result) async throws -> Result {
    let workspace = try Workspace()
    defer { workspace.remove() }
    for (name, fixture) in common { try workspace.copy(fixture, as: name) }
    try workspace.write(Data(PNG.image(width: 12, height: 10)), to: "photo.png")
    try workspace.write(Data("tench\ngoldfish\nshark\nhammerhead\nray\n".utf8), to: "labels.txt")
    return try await body(workspace)
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// Everything in the folder, by name.
  var names: Set<String> { Set((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []) }

  func contents(of name: String) throws -> Data { try Data(contentsOf: URL(filePath: path + "/" + name)) }

  func write(_ data: Data, to name: String) throws { try data.write(to: URL(filePath: path + "/" + name)) }

  func write(_ text: String, to name: String) throws { try write(Data(text.utf8), to: name) }

  func write(_ array: NumPyArray, to name: String) throws { try array.write(to: path + "/" + name) }

  func array(_ name: String) throws -> NumPyArray { try NumPyArray(contentsOf: path + "/" + name) }

  /// Copies a file of `Tests/Fixtures`.
  func copy(_ fixture: String, as name: String) throws {
    try FileManager.default.copyItem(atPath: Self.fixtures + "/" + fixture, toPath: path + "/" + name)
  }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
  }

  func makePipe(_ name: String) { precondition(mkfifo(path + "/" + name, 0o600) == 0) }

  func makeLink(_ name: String, to destination: String) {
    precondition(symlink(destination, path + "/" + name) == 0)
  }

  /// A file that claims a size without taking it on the disk.
  func makeSparse(_ name: String, byteCount: Int) {
    let descriptor = open(path + "/" + name, O_WRONLY | O_CREAT, 0o600)
    precondition(descriptor >= 0 && ftruncate(descriptor, byteCount) == 0)
    close(descriptor)
  }
}

/// Bytes without meaning, the same every time.
func noise(_ count: Int) -> Data {
  var state: UInt64 = 20_240_607
  return Data(
    (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    })
}
