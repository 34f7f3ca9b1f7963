import FileAccess
import Testing

@testable import ONNXFormat

@Suite("Opening a model file") struct ONNXModelFileTests {
  @Test("gives the operator set version and a digest of the file")
  func opens() throws {
    let file = try ONNXModelFile(contentsOf: fixture("nested.onnx"))
    #expect(file.operatorSetVersion == 17)
    let digest = try MappedFile(path: fixture("nested.onnx")).withSpan { SHA256.hexDigest(of: $0) }
    #expect(file.digest == digest)
    #expect(file.digest.count == 64 && file.digest == file.digest)
  }

  @Test("accepts the standard operator set under both its names, once or twice alike")
  func operatorSets() throws {
    let file = try open(Self.model(operatorSets: [("ai.onnx", 13), ("", 13), ("ai.onnx.ml", 3)]))
    #expect(file.operatorSetVersion == 13)
  }

  @Test(
    "refuses models without one version of the standard operator set",
    arguments: [
      ([], "none"), ([("ai.onnx.ml", 3)], "none"), ([("", 13), ("ai.onnx", 14)], "[13, 14]"),
      ([("", 0)], "[0]"), ([("", -1)], "[-1]"),
    ] as [([(String, Int)], String)])
  func badOperatorSets(operatorSets: [(String, Int)], named: String) {
    let error = onnxError { try open(Self.model(operatorSets: operatorSets)) }
    let message =
      "a model must name one version of the standard operator set (opset), this one names \(named)"
    #expect(error?.code == .invalidModel && error?.message == message)
  }

  private static func model(operatorSets: [(String, Int)]) -> [UInt8] {
    ProtobufBuilder.message { model in
      model.integer(1, 8)
      model.bytes(7, [])
      for (domain, version) in operatorSets {
        model.message(8) { set in
          set.string(1, domain)
          set.integer(2, version)
        }
      }
    }
  }

  @Test(
    "refuses models without IR version or graph",
    arguments: [
      ([0x3A, 0], "IR version"), ([8, 0, 0x3A, 0], "IR version"), ([8, 7], "graph"),
      ([0x12, 1, 65], "graph"),
    ] as [([UInt8], String)])
  func incomplete(bytes: [UInt8], missing: String) {
    let error = onnxError { try open(bytes) }
    #expect(error?.code == .invalidModel)
    #expect(error?.message == "not a complete ONNX model, it has no \(missing)")
  }

  @Test("says what a file that is something else looks like", arguments: otherFormats)
  func notONNX(bytes: [UInt8], expected: String) throws {
    let error = onnxError { try open(bytes) }
    #expect(error?.code == .notONNX)
    let message = try #require(error?.message)
    #expect(message.hasPrefix("not an ONNX model, it looks like \(expected)"))
  }

  private static let otherFormats: [([UInt8], String)] = [
    (text("\u{89}PNG\r\n\u{1A}\n\0\0\0\rIHDR"), "a PNG image"),
    (text("\u{FF}\u{D8}\u{FF}\u{E0}\0\u{10}JFIF"), "a JPEG image"),
    (text("\u{89}HDF\r\n\u{1A}\n\0\0\0\0"), "an HDF5 file"),
    (text("\u{1F}\u{8B}\u{8}\0\0"), "a gzip archive"),
    (text("\u{93}NUMPY\u{1}\0v\0{'descr'"), "a NumPy array"),
    (text("PK\u{3}\u{4}\0\0\u{8}\u{8}archive/data.pkl"), "a PyTorch checkpoint (zip); export it with"),
    (text("PK\u{3}\u{4}\u{14}\0\0\0\0\0metadata.json"), "a Keras .keras model"),
    (text("PK\u{3}\u{4}\u{14}\0\0\0\0\0arr_0.npy"), "a NumPy .npz archive"),
    (text("PK\u{3}\u{4}\u{14}\0\0\0\0\0other"), "a zip archive"),
    (text("\u{80}\u{2}\u{8A}\nl\u{FC}\u{9C}"), "a PyTorch checkpoint (pickle); export it with"),
    (text("\u{1C}\0\0\0TFL3\u{14}\0"), "a TensorFlow Lite model"),
    (text("\u{1C}\0\0\0ORTM\u{14}\0"), "an ONNX Runtime .ort model"),
    (text("GGUF\u{3}\0\0\0"), "a GGUF model"),
    (text("\u{40}\0\0\0\0\0\0\0{\"weight\":"), "a safetensors file"),
    (text("version https://git-lfs.github.com/spec/v1\noid sha256:0"), "a Git LFS pointer"),
    (text("{\"layers\": []}"), "JSON"), (text("\n  [1, 2]"), "JSON"),
    (text("<!DOCTYPE html>"), "a web page or XML"),
    (text("ir_version: 8\n"), "an ONNX model in text form"),
    (text("Not a model at all.\n"), "text"),
  ]

  /// The bytes of a string whose characters are all below U+0100.
  private static func text(_ string: String) -> [UInt8] {
    string.unicodeScalars.map { UInt8($0.value) }
  }

  @Test("refuses everything that is no regular file with contents")
  func irregularFiles() throws {
    try withTemporaryFolder { folder in
      let empty = try folder.write([], to: "empty.onnx")
      let cases = [
        (folder.path, "the file is a folder, not a file"),
        (empty, "the file is empty"),
        (folder.makePipe("pipe"), "the file is not a regular file"),
        ("/dev/zero", "the file is not a regular file"),
        (folder.path + "/missing", "the file cannot be opened: No such file or directory"),
        ("", "the file cannot be opened: No such file or directory"),
        (empty + "\0.onnx", "the file cannot be opened, its path contains a NUL"),
      ]
      for (path, message) in cases {
        let error = onnxError { try ONNXModelFile(contentsOf: path) }
        #expect(error?.code == (path == empty ? .truncated : .unreadable))
        #expect(error?.message == message && error?.file == path)
      }
    }
  }

  @Test("follows a link to the model itself")
  func link() throws {
    try withTemporaryFolder { folder in
      folder.makeLink("link.onnx", to: fixture("nested.onnx"))
      let file = try ONNXModelFile(contentsOf: folder.path + "/link.onnx")
      #expect(file.model.hasGraph)
    }
  }
}

@Suite("An ONNX error") struct ONNXErrorTests {
  @Test("is one sentence with everything that is known")
  func description() {
    let error = ONNXError(
      .malformed, "a number is cut off", file: "m.onnx", node: "conv", tensor: "w", byteOffset: 12)
    #expect(error.description == "m.onnx: node 'conv': tensor 'w': a number is cut off (at byte 12)")
    #expect(ONNXError(.notONNX, "text", file: "m.onnx").description == "m.onnx: text")
    #expect(
      ONNXError(.invalidModel, "it is odd", file: "m.onnx", tensor: "").description
        == "m.onnx: unnamed tensor: it is odd")
  }

  @Test("prints names from a file without their control characters, and shortened")
  func hostileNames() {
    let error = ONNXError(.invalidModel, "odd", file: "m", tensor: "a\u{1B}[2J\n\u{202E}b")
    #expect(error.description == #"m: tensor 'a\u{1B}[2J\n\u{202E}b': odd"#)
    let long = String(repeating: "x", count: 100_000)
    #expect(ONNXError(.invalidModel, "odd", file: "m", tensor: long).description.count < 150)
  }
}
