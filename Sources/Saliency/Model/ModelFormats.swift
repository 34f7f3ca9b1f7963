internal import FileAccess
internal import KerasFormat
internal import ONNXFormat
internal import SaliencyCore

/// The formats that models are opened from.
enum ModelFormats {
  /// In the order in which they are asked. ONNX is last: its files have no signature.
  static let all: [any ModelSource.Type] = [KerasModel.self, ONNXModel.self]

  static func open(path: String) throws -> any ModelSource {
    try open(at: path) { () throws(MappedFile.Failure) in try MappedFile(path: path) }
  }

  static func open(bytes: some Collection<UInt8>, name: String) throws -> any ModelSource {
    try open(at: name) { () throws(MappedFile.Failure) in try MappedFile(bytes: bytes, name: name) }
  }

  private static func open(
    at path: String, _ read: () throws(MappedFile.Failure) -> MappedFile
  ) throws -> any ModelSource {
    let file: MappedFile
    do throws(MappedFile.Failure) { file = try read() } catch {
      throw SaliencyError(
        error.isEmpty ? .invalidFile : .unreadable, "the file \(error.reason)", file: path)
    }
    let format = all.first { format in file.withSpan { format.recognizes($0) } }
    return try (format ?? ONNXModel.self).init(file)
  }
}
