import Foundation
import NumPyFormat
import Testing

/// Files that are missing, damaged, absurd or of another kind.
@Suite("Bad files are refused")
struct BadFileTests {
  private static func explain(_ model: String, _ input: String, _ options: String...) -> [String] {
    ["explain", model, input, "-o", "out.npy"] + options
  }

  /// A case about a model of the importer's fixtures, whose input is 2×4 unless it is told.
  private static func fixture(
    _ description: String, _ model: String, _ exitCode: Int32, _ words: [String], shape: [Int] = [2, 4],
    _ prepare: @escaping @Sendable (Workspace) throws -> Void = { _ in }
  ) -> RefusedCase {
    RefusedCase(description, explain("bad.onnx", "a.npy"), exitCode, ["bad.onnx: "] + words) { workspace in
      try workspace.copy("importer/\(model).onnx", as: "bad.onnx")
      try workspace.write(array(shape), to: "a.npy")
      try prepare(workspace)
    }
  }

  static let models: [RefusedCase] = [
    .init("no model", explain("no.onnx", "x.npy"), 66, ["no.onnx", "No such file"]),
    .init("an empty model", explain("bad.onnx", "x.npy"), 65, ["bad.onnx", "empty"]) {
      try $0.write("", to: "bad.onnx")
    },
    .init("half a model", explain("bad.onnx", "x.npy"), 65, ["bad.onnx", "cut off", "byte"]) {
      try $0.write(try $0.contents(of: "model.onnx").prefix(300), to: "bad.onnx")
    },
    .init("noise", explain("bad.onnx", "x.npy"), 65, ["bad.onnx", "no ONNX model", "byte"]) {
      try $0.write(noise(2_000), to: "bad.onnx")
    },
    .init("an image as the model", explain("photo.png", "x.npy"), 65, ["photo.png", "PNG"]),
    .init("a tensor as the model", explain("x.npy", "x.npy"), 65, ["x.npy", "NumPy"]),
    .init("a folder as the model", explain("folder", "x.npy"), 66, ["folder", "is a folder"]) {
      try $0.makeFolder("folder")
    },
    .init("a pipe as the model", explain("pipe.onnx", "x.npy"), 66, ["pipe.onnx", "not a regular file"]) {
      $0.makePipe("pipe.onnx")
    },
    .init("a device as the model", explain("/dev/zero", "x.npy"), 66, ["/dev/zero", "not a regular file"]),
    .init("100 GB of nothing as the model", explain("big.onnx", "x.npy"), 65, ["big.onnx", "byte 0"]) {
      $0.makeSparse("big.onnx", byteCount: 100 << 30)
    },
    .init("a model's name that is too long", explain(long, "x.npy"), 66, ["File name too long"]),
    fixture("2^62 elements", "initializer-claims-too-much", 65, ["weight"]),
    fixture("external data in /etc", "external-absolute-path", 65, ["weight", "/etc/passwd", "folder"]),
    fixture("external data above the folder", "external-parent-path", 65, ["weight", "../x", "folder"]),
    fixture("external data behind a link", "external-symlink", 65, ["weight", "link.bin", "link out of it"]) {
      $0.makeLink("link.bin", to: "/etc/passwd")
    },
    fixture("external data in a pipe", "external-fifo", 65, ["weight", "pipe.bin"]) {
      $0.makePipe("pipe.bin")
    },
    fixture("a weight that is NaN", "initializer-nan", 65, ["weight", "nan"]),
    fixture("a weight that is infinite", "initializer-infinity", 65, ["weight", "inf"]),
    fixture(
      "operators that nobody knows", "unknown-operators", 69, ["alpha", "beta", "gamma", "QuantumLeap"]),
    fixture("an operator set of the future", "opset-99", 69, ["99", "6 to 28"]),
    fixture(
      "terabytes in a hundred bytes", "bomb-doubling", 65, ["double-", "too large"], shape: [1, 1_024]),
    fixture(
      "a convolution that does not fit", "conv-channels", 65, ["culprit", "fit"], shape: [1, 3, 8, 8]),
    fixture("two inputs", "two-inputs", 64, ["'left', 'right'"]),
  ]

  static let tensors: [RefusedCase] = [
    .init("no tensor", explain("model.onnx", "no.npy"), 66, ["no.npy", "No such file"]),
    .init("an empty tensor", explain("model.onnx", "bad.npy"), 65, ["bad.npy", "NUMPY"]) {
      try $0.write("", to: "bad.npy")
    },
    .init("half a tensor", explain("model.onnx", "bad.npy"), 65, ["bad.npy", "768 bytes", "byte 300"]) {
      try $0.write(try $0.contents(of: "x.npy").prefix(300), to: "bad.npy")
    },
    .init("a tensor that goes on", explain("model.onnx", "bad.npy"), 65, ["bad.npy", "goes on", "byte 896"]) {
      try $0.write(try $0.contents(of: "x.npy") + noise(8), to: "bad.npy")
    },
    .init("noise as a tensor", explain("model.onnx", "bad.npy"), 65, ["bad.npy", "NUMPY"]) {
      try $0.write(noise(900), to: "bad.npy")
    },
    .init("a tensor of objects", explain("model.onnx", "bad.npy"), 65, ["bad.npy", "|O"]) {
      let text = String(decoding: try $0.contents(of: "x.npy"), as: Unicode.ASCII.self)
      var bytes = try $0.contents(of: "x.npy")
      let place = text.distance(from: text.startIndex, to: text.firstRange(of: "<f4")!.lowerBound)
      bytes.replaceSubrange(place..<place + 3, with: Data("|O ".utf8))
      try $0.write(bytes, to: "bad.npy")
    },
    .init(
      "a tensor of 2^62 elements", explain("model.onnx", "bad.npy"), 65, ["bad.npy", "larger than any file"]
    ) {
      let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904,), }\n"
      let start: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]
      try $0.write(Data(start + header.utf8), to: "bad.npy")
    },
    .init("100 GB of nothing as a tensor", explain("model.onnx", "big.npy"), 65, ["big.npy", "107374182400"])
    {
      $0.makeSparse("big.npy", byteCount: 100 << 30)
    },
    .init(
      "a tensor of another shape", explain("model.onnx", "bad.npy"), 65,
      ["bad.npy", "1×3×9×8", "1×3×8×8", "'x'"]
    ) {
      try $0.write(array([1, 3, 9, 8]), to: "bad.npy")
    },
    .init("a tensor without elements", explain("open.onnx", "bad.npy"), 65, ["bad.npy", "0×3×8×8"]) {
      try $0.write(array([0, 3, 8, 8]), to: "bad.npy")
    },
    .init("a tensor with NaN", explain("model.onnx", "bad.npy"), 65, ["bad.npy", "element 7", "nan"]) {
      var input = array([1, 3, 8, 8])
      input.values[7] = .nan
      try $0.write(input, to: "bad.npy")
    },
    .init("a tensor with infinity", explain("model.onnx", "bad.npy"), 65, ["bad.npy", "element 7", "inf"]) {
      var input = array([1, 3, 8, 8])
      input.values[7] = -.infinity
      try $0.write(input, to: "bad.npy")
    },
    .init(
      "a folder as a tensor", explain("model.onnx", "bad.npy"), 66, ["bad.npy", "the folder has no inputs"]
    ) {
      try $0.makeFolder("bad.npy")
    },
    .init("a pipe as a tensor", explain("model.onnx", "pipe.npy"), 66, ["pipe.npy", "not a regular file"]) {
      $0.makePipe("pipe.npy")
    },
    .init("an input's name that is too long", explain("model.onnx", long), 66, ["File name too long"]),
    .init(
      "a vector drawn over an image",
      ["explain", "bad.onnx", "v.npy", "--style", "overlay", "-o", "out.png"], 65,
      ["v.npy", "1×6", ".npy"]
    ) {
      try $0.copy("importer/perceptron.onnx", as: "bad.onnx")
      try $0.copy("importer/input-1x6-9b4812bf.npy", as: "v.npy")
    },
  ]

  static let images: [RefusedCase] = [
    .init("no image", explain("model.onnx", "no.png"), 66, ["no.png", "No such file"]),
    .init("an empty image", explain("model.onnx", "bad.png"), 65, ["bad.png", "empty"]) {
      try $0.write("", to: "bad.png")
    },
    .init("half an image", explain("model.onnx", "bad.png"), 65, ["bad.png", "PNG"]) {
      try $0.write(try $0.contents(of: "photo.png").prefix(120), to: "bad.png")
    },
    .init("noise as an image", explain("model.onnx", "bad.png"), 65, ["bad.png", "PNG, JPEG and WebP"]) {
      try $0.write(noise(900), to: "bad.png")
    },
    .init("a GIF", explain("model.onnx", "bad.gif"), 65, ["bad.gif", "GIF"]) {
      try $0.write("GIF89a......", to: "bad.gif")
    },
    .init("an image of 60,000×60,000", explain("model.onnx", "bad.png"), 65, ["bad.png", "60000×60000"]) {
      try $0.write(Data(PNG.file(width: 60_000, height: 60_000, [0])), to: "bad.png")
    },
    .init(
      "an image that would become too large", explain("open.onnx", "photo.png", "--size", "65535"), 65,
      ["photo.png"]),
    .init(
      "a folder as an image", explain("model.onnx", "folder"), 66, ["folder", "the folder has no inputs"]
    ) {
      try $0.makeFolder("folder")
    },
    .init("a pipe as an image", explain("model.onnx", "pipe.png"), 66, ["pipe.png", "not a regular file"]) {
      $0.makePipe("pipe.png")
    },
    .init(
      "a device as an image", explain("model.onnx", "/dev/zero"), 66, ["/dev/zero", "not a regular file"]),
    .init(
      "an image for a network of vectors", explain("bad.onnx", "photo.png"), 65, ["bad.onnx", "1×6", ".npy"]
    ) {
      try $0.copy("importer/perceptron.onnx", as: "bad.onnx")
    },
    .init(
      "an image for a network of any size", explain("open.onnx", "photo.png"), 65, ["open.onnx", "--size"]),
  ]

  static let labels: [RefusedCase] =
    [
      ("no labels", nil, 66, "No such file"),
      ("empty labels", Data(), 65, "empty"),
      ("labels that are not text", Data([0xFF, 0xFE, 0x41]), 65, "UTF-8"),
      ("labels of zeros", Data(count: 64), 65, "not text"),
      ("half a JSON list", Data("[\"a\", \"b\"".utf8), 65, "JSON"),
      ("a JSON list of numbers", Data("[1, 2]".utf8), 65, "no names"),
      ("a JSON object without indices", Data("{\"a\": \"b\"}".utf8), 65, "no indices"),
      ("a JSON object with absurd indices", Data("{\"99999999999\": \"b\"}".utf8), 65, "no indices"),
      ("deeply nested JSON", Data(repeating: UInt8(ascii: "["), count: 100_000), 65, "JSON"),
    ].map { (description: String, contents: Data?, exitCode: Int32, word: String) in
      RefusedCase(
        description, explain("model.onnx", "x.npy", "--labels", "bad.json"), exitCode, ["bad.json: ", word]
      ) { if let contents { try $0.write(contents, to: "bad.json") } }
    } + [
      .init("a folder as labels", explain("model.onnx", "x.npy", "--labels", "folder"), 66, ["is a folder"]) {
        try $0.makeFolder("folder")
      },
      .init(
        "a pipe as labels", explain("model.onnx", "x.npy", "--labels", "pipe"), 66, ["not a regular file"]
      ) {
        $0.makePipe("pipe")
      },
      .init(
        "a device as labels", explain("model.onnx", "x.npy", "--labels", "/dev/zero"), 66,
        ["not a regular file"]),
    ]

  static let settings: [RefusedCase] =
    [
      ("model.onnx.saliency.json", "{", "JSON"),
      ("model.onnx.saliency.json", "[]", "JSON object"),
      ("model.onnx.saliency.json", #"{"maen": 1}"#, "'maen'"),
      ("model.onnx.saliency.json", #"{"std": [1, 0, 1]}"#, "'std'"),
      ("model.onnx.saliency.json", #"{"mean": [1, 2]}"#, "'mean'"),
      ("model.onnx.saliency.json", #"{"scale": 1e300}"#, "'scale'"),
      ("model.onnx.saliency.json", #"{"size": [0, 8]}"#, "'size'"),
      ("model.onnx.saliency.json", #"{"resize": "lanczos"}"#, "bicubic"),
      ("preprocessor_config.json", #"{"resample": 1}"#, "resample"),
      ("preprocessor_config.json", "nonsense", "JSON"),
      ("config.json", #"{"pretrained_cfg": {"mean": "x"}}"#, "'mean'"),
      ("config.json", "", "JSON"),
    ].map { (file: String, text: String, word: String) in
      RefusedCase("\(file) with \(text)", explain("model.onnx", "photo.png"), 65, ["\(file): ", word]) {
        try $0.write(text, to: file)
      }
    } + [
      .init(
        "settings of another size", explain("model.onnx", "photo.png"), 64, ["16×16", "8×8", "saliency.json"]
      ) {
        try $0.write(#"{"size": [16, 16]}"#, to: "model.onnx.saliency.json")
      }
    ]

  @Test("Models", arguments: models)
  func checkModels(_ refused: RefusedCase) async throws { try await refused.check() }

  @Test("Tensors", arguments: tensors)
  func checkTensors(_ refused: RefusedCase) async throws { try await refused.check() }

  @Test("Images", arguments: images)
  func checkImages(_ refused: RefusedCase) async throws { try await refused.check() }

  @Test("Labels", arguments: labels)
  func checkLabels(_ refused: RefusedCase) async throws { try await refused.check() }

  @Test("Settings", arguments: settings)
  func checkSettings(_ refused: RefusedCase) async throws { try await refused.check() }
}

private let long = String(repeating: "a", count: 300) + ".npy"

/// An array with some numbers.
func array(_ shape: [Int]) -> NumPyArray {
  let count = shape.reduce(1, *)
  return NumPyArray(shape: shape, values: (0..<count).map { Float($0 * 37 % 101) / 50 - 1 })
}
