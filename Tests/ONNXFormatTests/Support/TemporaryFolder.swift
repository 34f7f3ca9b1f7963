import FoundationEssentials
import LibC

@testable import ONNXFormat

/// Calls `body` with a new folder, which is removed afterwards with everything in it.
func withTemporaryFolder<T>(_ body: (TemporaryFolder) throws -> T) throws -> T {
  let template = FileManager.default.temporaryDirectory.path + "/onnx-XXXXXX"
  var bytes = template.utf8CString.map { $0 }
  let path = bytes.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(TemporaryFolder(path: path))
}

struct TemporaryFolder {
  let path: String

  /// Writes a file and returns its path.
  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = path + "/" + name
    // Some file systems wait for the disk when an existing file is overwritten.
    unlink(file)
    try Data(bytes).write(to: URL(filePath: file))
    return file
  }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
  }

  func makeLink(_ name: String, to destination: String) {
    precondition(symlink(destination, path + "/" + name) == 0)
  }

  func makePipe(_ name: String) -> String {
    precondition(mkfifo(path + "/" + name, 0o600) == 0)
    return path + "/" + name
  }
}

/// Opens a model with these bytes.
func open(_ bytes: [UInt8]) throws -> ONNXModelFile {
  try withTemporaryFolder { try ONNXModelFile(contentsOf: $0.write(bytes, to: "model.onnx")) }
}

/// The error that `body` throws, or nil.
func onnxError<T>(_ body: () throws -> T) -> ONNXError? {
  do {
    _ = try body()
    return nil
  } catch { return error as? ONNXError }
}

/// The path of a checked-in file.
func fixture(_ name: String, from file: String = #filePath) -> String {
  let tests = URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
  return tests.appending(path: "Fixtures/" + name).path
}
