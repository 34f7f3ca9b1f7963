import Foundation

/// Where tests find files, from the place of this source.
enum Folders {
  static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  static let architectures = package + "/Tests/Fixtures/architectures"
  /// Networks of the `onnx` package, laid out by `make test`.
  static let light = package + "/.cache/light"
  /// The cases of ONNX's conformance suite, laid out by `make test`.
  static let onnxBackend = package + "/.cache/onnx-backend"
  /// Reference data that not everyone has.
  static let reference = package + "/../shared/reference/efficientnet-lite0"
  /// A trained Keras network with TensorFlow's numbers, which not everyone has.
  static let expressions = package + "/../shared/reference/fer"

  /// Whether there is a file; says loudly where it is missing that tests are skipped.
  static func has(_ path: String, for what: String) -> Bool {
    if FileManager.default.fileExists(atPath: path) { return true }
    FileHandle.standardError.write(Data("SKIPPED: \(what): there is no \(path)\n".utf8))
    return false
  }
}
