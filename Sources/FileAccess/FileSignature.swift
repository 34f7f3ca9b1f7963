/// Recognizes files by their first bytes, to name what people mistake for a model.
package enum FileSignature {
  /// What a file that is not the expected kind of model looks like and what to do with it, or nil if that cannot be told.
  package static func guess(_ file: Span<UInt8>) -> String? {
    let head = (0..<min(file.count, 512)).map { file[$0] }
    func starts(_ text: String, at offset: Int = 0) -> Bool {
      head.dropFirst(offset).starts(with: text.utf8)
    }
    func contains(_ text: String) -> Bool {
      String(decoding: head, as: UTF8.self).contains(text)
    }

    if head.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return "a PNG image" }
    if head.starts(with: [0xFF, 0xD8, 0xFF]) { return "a JPEG image" }
    if head.starts(with: [0x1F, 0x8B]) { return "a gzip archive; decompress it first" }
    if head.starts(with: [0x89, 0x48, 0x44, 0x46]) { return "an HDF5 file, perhaps a Keras .h5 model" }
    if head.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) { return "a NumPy array" }
    if starts("PK\u{3}\u{4}") {
      if contains("data.pkl") { return pyTorch("zip") }
      if contains(".npy") { return "a NumPy .npz archive" }
      if contains("metadata.json") || contains("config.json") { return "a Keras .keras model" }
      return "a zip archive; unpack it first"
    }
    if head.count > 1, head[0] == 0x80, 2...5 ~= head[1] { return pyTorch("pickle") }
    if starts("TFL3", at: 4) { return "a TensorFlow Lite model; convert it with tf2onnx" }
    if starts("ORTM", at: 4) { return "an ONNX Runtime .ort model; use the .onnx file that it was made from" }
    if starts("GGUF") { return "a GGUF model" }
    if starts("{\"", at: 8) { return "a safetensors file, which has no network, only weights" }
    return guessText(head)
  }

  private static func pyTorch(_ container: String) -> String {
    "a PyTorch checkpoint (\(container)); export it with torch.onnx.export"
  }

  private static func guessText(_ head: [UInt8]) -> String? {
    let whitespace: Set<UInt8> = [0x09, 0x0A, 0x0D, 0x20]
    guard head.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || whitespace.contains($0) }) else { return nil }
    let text = String(decoding: head.drop(while: whitespace.contains), as: UTF8.self)
    if text.hasPrefix("version https://git-lfs.github.com/") {
      return "a Git LFS pointer; fetch the model itself with git lfs pull"
    }
    if text.hasPrefix("{") || text.hasPrefix("[") { return "JSON" }
    if text.hasPrefix("<") { return "a web page or XML" }
    if text.hasPrefix("ir_version") { return "an ONNX model in text form; save it in binary form" }
    return "text"
  }
}
