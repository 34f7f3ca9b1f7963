import Foundation
import NumPyFormat
import Testing

/// Folders and standard input as inputs, and folders as outputs.
@Suite("Inputs and folders")
struct InputTests {
  /// A workspace with a folder of two images and a tensor among what is passed over.
  private static func withFolder(_ body: (Workspace) async throws -> Void) async throws {
    try await Workspace.with { workspace in
      try workspace.makeFolder("photos/deeper")
      try workspace.write(Data(PNG.image(width: 9, height: 9)), to: "photos/b.PNG")
      try workspace.write(Data(PNG.image(width: 12, height: 8)), to: "photos/a.png")
      try workspace.copy("importer/input-1x3x8x8-d46ae2d3.npy", as: "photos/c.npy")
      try workspace.write(Data(PNG.image(width: 8, height: 8)), to: "photos/deeper/d.png")
      try workspace.write("notes", to: "photos/notes.txt")
      try workspace.write("hidden", to: "photos/.hidden.png")
      try await body(workspace)
    }
  }

  private static func json(_ arguments: [String], in workspace: Workspace) throws -> [String: Any] {
    let result = try Command.run(arguments + ["--json"], in: workspace)
    try #require(result.exitCode == 0, "\(result.errors)")
    return try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
  }

  @Test(
    "A folder stands for the images and tensors in it, in order",
    arguments: [["predict"], ["explain"], ["filters", "--layer", "conv-c"]], ["photos", "photos/"])
  func folder(command: [String], folder: String) async throws {
    try await Self.withFolder { workspace in
      let report = try Self.json([command[0], "model.onnx", folder] + command.dropFirst(), in: workspace)
      let results = try #require(report["results"] as? [[String: Any]])
      #expect(results.map { $0["input"] as? String } == ["photos/a.png", "photos/b.PNG", "photos/c.npy"])
    }
  }

  @Test("A folder is evaluated, with the mask of each input")
  func evaluation() async throws {
    try await Self.withFolder { workspace in
      try FileManager.default.removeItem(atPath: workspace.path + "/photos/c.npy")
      for name in ["a", "b"] {
        let values = (0..<64).map { Float($0 % 2) }
        try workspace.write(NumPyArray(shape: [8, 8], values: values), to: "\(name)-mask.npy")
      }
      let arguments = [
        "evaluate", "model.onnx", "photos", "--mask", "{name}-mask.npy", "--metric", "mass-inside",
      ]
      let report = try Self.json(arguments, in: workspace)
      #expect(
        (report["results"] as? [[String: Any]])?.map { $0["input"] as? String } == [
          "photos/a.png", "photos/b.PNG",
        ])
    }
  }

  @Test("The results of a folder are those of several inputs, even where it has one")
  func single() async throws {
    try await Workspace.with { workspace in
      try workspace.makeFolder("one")
      try workspace.write(Data(PNG.image(width: 8, height: 8)), to: "one/a.png")
      let report = try Self.json(["predict", "model.onnx", "one"], in: workspace)
      #expect((report["results"] as? [Any])?.count == 1 && (report["failures"] as? [Any])?.isEmpty == true)
    }
  }

  @Test(
    "Standard input is an image or a tensor, told apart by its bytes", arguments: ["photo.png", "x.npy"])
  func standardInput(file: String) async throws {
    try await Workspace.with { workspace in
      let ordinary = try Command.run(["predict", "model.onnx", file], in: workspace)
      let piped = try Command.runShell("cat \(file) | $SALIENCY predict model.onnx -", in: workspace)
      #expect(piped.exitCode == 0 && piped.outputText == ordinary.outputText, "\(piped.errors)")
      for command in ["explain model.onnx -", "filters model.onnx - --layer conv-c"] {
        let result = try Command.runShell("$SALIENCY \(command) -o {name}.png < \(file)", in: workspace)
        #expect(
          result.exitCode == 0 && result.outputText.contains("wrote      stdin.png"), "\(result.errors)")
      }
      let evaluated = try Command.runShell(
        "$SALIENCY evaluate model.onnx - --metric complexity < \(file)", in: workspace)
      #expect(
        evaluated.exitCode == 0 && evaluated.outputText.contains("standard input"), "\(evaluated.errors)")
    }
  }

  static let folders: [(arguments: [String], written: [String])] = [
    (
      ["explain", "model.onnx", "photos", "-o", "new/"],
      ["a-gradient.png", "b-gradient.png", "c-gradient.png"]
    ),
    (
      ["explain", "model.onnx", "photo.png", "--method", "GradCAM:layer=relu-r", "-o", "new/"],
      ["photo-grad-cam.png"]
    ),
    (
      ["explain", "model.onnx", "photo.png", "--compare", "gradient,lrp", "-o", "./new/"],
      ["photo-comparison.png"]
    ),
    (["filters", "model.onnx", "photo.png", "--layer", "conv-c", "-o", "new/"], ["photo-filters.png"]),
    (["maximize", "model.onnx", "--layer", "conv-c", "--steps", "1", "-o", "new/"], ["model-maximized.png"]),
  ]

  @Test(
    "An output that is a folder holds a file for each input, and is made where its own folder is there",
    arguments: folders, [false, true])
  func outputs(_ written: (arguments: [String], written: [String]), exists: Bool) async throws {
    try await Self.withFolder { workspace in
      var arguments = written.arguments
      if exists {
        try workspace.makeFolder("new")
        arguments[arguments.count - 1] = "new"
      }
      let result = try Command.run(arguments, in: workspace)
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: workspace.path + "/new").sorted()
          == written.written)
    }
  }

  static let refused: [RefusedCase] = [
    .init(
      "an empty folder", ["explain", "model.onnx", "empty"], 66, ["empty: ", "no inputs", ".png", ".npy"]
    ) {
      try $0.makeFolder("empty/deeper")
      try $0.write("notes", to: "empty/notes.txt")
    },
    .init(
      "an image and a tensor of one name in a folder", ["explain", "model.onnx", "both"], 64,
      ["a-gradient.png", "twice"]
    ) {
      try $0.makeFolder("both")
      try $0.write(Data(PNG.image(width: 8, height: 8)), to: "both/a.png")
      try $0.copy("importer/input-1x3x8x8-d46ae2d3.npy", as: "both/a.npy")
    },
    .init("nothing on standard input", ["predict", "model.onnx", "-"], 65, ["standard input", "empty"]),
    .init("standard input twice", ["predict", "model.onnx", "-", "-"], 64, ["standard input", "once"]),
    .init(
      "a folder in no folder", ["explain", "model.onnx", "x.npy", "-o", "no/new/"], 73,
      ["no/new", "'no'", "No such file"]),
    .init(
      "a file as the folder", ["explain", "model.onnx", "x.npy", "-o", "labels.txt/"], 73,
      ["'labels.txt' is not a folder"]),
    .init(
      "one folder twice", ["explain", "model.onnx", "x.npy", "-o", "new/", "-o", "./new/"], 64,
      ["x-gradient.png", "twice"]),
    .init(
      "a folder for numbers that is over an input", ["explain", "model.onnx", "in", "-o", "in/{name}.npy"],
      64, ["in/x.npy", "is read"]
    ) {
      try $0.makeFolder("in")
      try $0.copy("importer/input-1x3x8x8-d46ae2d3.npy", as: "in/x.npy")
    },
    .init(
      "a file for the results of several inputs", ["evaluate", "model.onnx", "x.npy", "-o", "new/"], 64,
      ["'new/'", ".csv"]),
  ]

  @Test("Inputs and folders that cannot be are refused", arguments: refused)
  func refuses(_ refused: RefusedCase) async throws { try await refused.check() }

  @Test(
    "Bytes on standard input that are neither an image nor a tensor are refused",
    arguments: [
      ("printf 'no image at all'", "standard input: "), ("head -c 90 x.npy", "standard input: "),
      ("head -c 300000000 /dev/zero", "up to 268435456 bytes"),
    ])
  func badBytes(source: String, words: String) async throws {
    try await Workspace.with { workspace in
      let result = try Command.runShell("\(source) | $SALIENCY predict model.onnx -", in: workspace)
      #expect(result.errors.contains("standard input") && result.errors.contains(words), "\(result.errors)")
      #expect([65, 66].contains(result.exitCode) && result.outputText.isEmpty)
    }
  }
}
