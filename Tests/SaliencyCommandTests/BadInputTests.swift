import Foundation
import Testing

@Suite("Bad input gets one clear message, its exit code and no output")
struct BadInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let arguments: [String]
    let status: Int32
    /// What the message must contain.
    let words: [String]
    /// Files made before, by name.
    var files: [String: Data] = [:]

    var testDescription: String { name }

    init(
      _ name: String, _ arguments: [String], _ status: Int32, _ words: [String], files: [String: Data] = [:]
    ) {
      self.name = name
      self.arguments = arguments
      self.status = status
      self.words = words
      self.files = files
    }
  }

  private static let good = ["explain", Files.model, Files.input, "-o", "out.npy"]
  private static let modelBytes = FileManager.default.contents(atPath: Files.model)!
  private static let importer = Files.package + "/Tests/Fixtures/importer/"

  static let models: [Case] = [
    Case("a missing model", ["explain", "none.onnx", Files.input, "-o", "out.npy"], 66, ["none.onnx"]),
    Case("a folder as model", ["explain", ".", Files.input, "-o", "out.npy"], 66, ["folder"]),
    Case("a device as model", ["explain", "/dev/zero", Files.input, "-o", "out.npy"], 66, ["/dev/zero"]),
    Case(
      "an empty model", ["explain", "m.onnx", Files.input, "-o", "out.npy"], 65, ["m.onnx", "empty"],
      files: ["m.onnx": Data()]),
    Case(
      "a truncated model", ["explain", "m.onnx", Files.input, "-o", "out.npy"], 65, ["m.onnx", "byte"],
      files: ["m.onnx": modelBytes.prefix(modelBytes.count / 2)]),
    Case(
      "random bytes as model", ["explain", "m.onnx", Files.input, "-o", "out.npy"], 65, ["m.onnx"],
      files: ["m.onnx": Data((0..<4_096).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) })]),
    Case("a picture as model", ["explain", Files.photograph, Files.input, "-o", "out.npy"], 65, ["PNG"]),
    Case(
      "operators that are not supported",
      ["explain", importer + "unknown-operators.onnx", Files.input, "-o", "out.npy"], 69, ["not supported"]),
  ]

  static let inputs: [Case] = [
    Case("a missing input", ["explain", Files.model, "none.png", "-o", "out.png"], 66, ["none.png"]),
    Case(
      "an empty picture", ["explain", Files.model, "p.png", "-o", "out.png"], 65, ["p.png", "empty"],
      files: ["p.png": Data()]),
    Case(
      "a truncated picture", ["explain", Files.model, "p.png", "-o", "out.png"], 65, ["p.png"],
      files: ["p.png": FileManager.default.contents(atPath: Files.photograph)!.prefix(50_000)]),
    Case(
      "a picture of 60,000×60,000", ["explain", Files.model, "p.png", "-o", "out.png"], 65,
      ["p.png", "60000×60000"], files: ["p.png": Files.hugePNG(width: 60_000, height: 60_000)]),
    Case(
      "text as picture", ["explain", Files.model, "p.png", "-o", "out.png"], 65,
      ["p.png", "PNG, JPEG and WebP"],
      files: ["p.png": Data("hello".utf8)]),
    Case(
      "a tensor of another shape", ["explain", Files.model, "t.npy", "-o", "out.npy"], 65,
      ["3×64×64", "5×7"],
      files: ["t.npy": Files.npy(shape: [5, 7], [Float](repeating: 0, count: 35))]),
    Case(
      "a truncated tensor", ["explain", Files.model, "t.npy", "-o", "out.npy"], 65, ["t.npy"],
      files: ["t.npy": Files.npy(shape: [5, 7], [0, 0])]),
    Case(
      "a tensor that claims 2^62 elements", ["explain", Files.model, "t.npy", "-o", "out.npy"], 65, ["t.npy"],
      files: ["t.npy": Files.npy(shape: [1 << 31, 1 << 31], [0, 0])]),
    Case(
      "a tensor with NaN", ["explain", importer + "final-softmax.onnx", "t.npy", "-o", "out.npy"], 65,
      ["nan"],
      files: ["t.npy": Files.npy(shape: [1, 3, 8, 8], [.nan] + [Float](repeating: 0, count: 191))]),
  ]

  static let questions: [Case] = [
    Case("an unknown layer", good + ["--layer", "layer1/nothing"], 64, ["layer1/nothing", "inspect"]),
    Case("a layer out of range", good + ["--layer", "9999"], 64, ["9999", "0 to"]),
    Case("an unknown method", good + ["--method", "guidded"], 64, ["guidded", "guided"]),
    Case("an unknown gradient modifier", good + ["--gradient-modifier", "abs"], 64, ["abs", "absolute"]),
    Case("an unknown colour map", good + ["--colormap", "infrno"], 64, ["infrno", "inferno"]),
    Case("a unit out of range", good + ["--target", "100000"], 64, ["100000", "0 to"]),
    Case("a class name without labels", good + ["--target", "cat"], 64, ["cat", "--labels"]),
    Case(
      "an unknown class name", good + ["--target", "brid", "--labels", "l.txt"], 64, ["brid", "bird"],
      files: ["l.txt": Data("bird\ntree\n".utf8)]),
    Case("an empty target", good + ["--target", ""], 64, ["target"]),
    Case("an empty part of a target", good + ["--target", "1,,2"], 64, ["1,,2"]),
    Case("top:0", good + ["--target", "top:0"], 64, ["top:0"]),
    Case(
      "a method that matches nothing",
      [
        "explain", Files.architectures + "/efficientnet-b0.onnx",
        Files.architectures + "/efficientnet-b0.input.npy", "--method", "guided", "-o", "out.npy",
      ],
      64, ["overrides nothing", "Sigmoid", "gradient"]),
    Case("no threads", good + ["--threads", "0"], 64, ["--threads"]),
    Case("a mean that is no number", good + ["--mean", "a,b"], 64, ["a,b"]),
    Case("a size of nothing", good + ["--size", "0"], 64, ["0"]),
    Case("missing labels", good + ["--labels", "none.txt"], 66, ["none.txt"]),
    Case(
      "labels that are no labels", good + ["--labels", "l.json"], 65, ["l.json"],
      files: ["l.json": Data("{\"a\": [1, 2".utf8)]),
    Case("a subcommand that does not exist", ["explian", Files.model], 64, ["explian"]),
  ]

  static let outputs: [Case] = [
    Case(
      "an ending that says nothing", ["explain", Files.model, Files.input, "-o", "out.xyz"], 64,
      ["out.xyz", ".npy"]),
    Case(
      "a folder that does not exist", ["explain", Files.model, Files.input, "-o", "no/out.npy"], 73,
      ["no/out.npy"]),
    Case(
      "a folder that is a file", ["explain", Files.model, Files.input, "-o", "/dev/null/out.npy"], 73,
      ["/dev/null/out.npy"]),
    Case(
      "two results for standard output", ["explain", Files.model, Files.input, "-o", "-", "--json"], 64,
      ["--json"]),
    Case(
      "two inputs with one output", ["explain", Files.model, Files.input, Files.input, "-o", "out.npy"], 64,
      ["out.npy", "{name}"]),
    Case(
      "a tensor that is no picture",
      ["explain", importer + "relu-used-twice.onnx", "t.npy", "-o", "out.png"],
      65, ["2×4", ".npy"],
      files: ["t.npy": Files.npy(shape: [2, 4], [0, 1, 2, 3, 4, 5, 6, 7])]),
  ]

  @Test("is refused", arguments: models + inputs + questions + outputs)
  func refused(_ bad: Case) throws {
    try Files.withFolder { folder in
      for (name, contents) in bad.files { try contents.write(to: folder.appending(path: name)) }
      let run = try CommandRun(bad.arguments, in: folder)
      #expect(!run.isSignalled)
      #expect(run.status == bad.status, "\(run.errors)")
      for word in bad.words { #expect(run.errors.localizedCaseInsensitiveContains(word), "\(run.errors)") }
      let lines = run.errors.split(separator: "\n")
      #expect(lines.filter { $0.hasPrefix("error: ") }.count == 1, "\(run.errors)")
      #expect(run.output.isEmpty)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(Set(left) == Set(bad.files.keys))
    }
  }

  @Test("an output of no space is told, not a crash")
  func fullDevice() throws {
    try Files.withFolder { folder in
      let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
      let run = try CommandRun(["inspect", Files.model], in: folder, standardOutput: full)
      #expect(run.status == 73)
      #expect(run.errors.contains("standard output"))
    }
  }
}
