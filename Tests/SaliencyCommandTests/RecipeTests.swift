import Foundation
import Testing

/// `explain --from RESULT MODEL INPUT`.
@Suite("A result is made again from the file that it was written to")
struct RecipeTests {
  private static func explain(_ arguments: [String], in workspace: Workspace) throws -> Command.Result {
    let result = try Command.run(["explain", "model.onnx"] + arguments, in: workspace)
    try #require(result.exitCode == 0, "\(result.errors)")
    return result
  }

  /// Questions, each with the input that it is asked of.
  static let questions: [(input: String, options: [String])] = [
    ("photo.png", []), ("photo.png", ["--method", "grad-cam:layer=relu-r", "--target", "2"]),
    ("photo.png", ["--method", "lime:count=4:samples=20", "--labels", "labels.txt", "--target", "goldfish"]),
    (
      "photo.png",
      ["--mean", "10,20,30", "--std", "2", "--scale", "1", "--style", "overlay", "--alpha", "0.5"]
    ),
    ("photo.png", ["--compare", "gradient,smoothgrad:samples=3:seed=5", "--labels", "labels.txt"]),
    ("photo.png", ["--compare-targets", "top:3", "--labels", "labels.txt", "--colormap", "viridis"]),
    ("x.npy", ["--loss", "output:2:1", "--loss", "conv-c:all:-0.5", "--gradient-modifier", "relu"]),
    ("x.npy", ["--target", "3", "--wrt", "relu-r", "--percentile", "90"]),
    ("x.npy", ["--on", "probability", "--keep-channels"]),
  ]

  @Test("with the same bytes, whatever was asked, as PNG and as WebP", arguments: questions, ["png", "webp"])
  func images(_ question: (input: String, options: [String]), format: String) async throws {
    try await Workspace.with { workspace in
      _ = try Self.explain([question.input, "-o", "first.\(format)"] + question.options, in: workspace)
      let again = try Self.explain(
        ["--from", "first.\(format)", question.input, "-o", "second.\(format)"], in: workspace)
      #expect(again.errors.isEmpty, "\(again.errors)")
      #expect(try workspace.contents(of: "second.\(format)") == workspace.contents(of: "first.\(format)"))
    }
  }

  @Test("from files of every form", arguments: ["jpg", "svg", "pdf", "json", "npy"])
  func forms(form: String) async throws {
    try await Workspace.with { workspace in
      let options = [
        "--method", "occlusion:window=3:stride=2", "--target", "1", "--gradient-modifier", "none",
      ]
      _ = try Self.explain(["photo.png", "-o", "first.png", "-o", "first.\(form)"] + options, in: workspace)
      let again = try Self.explain(
        ["--from", "first.\(form)", "photo.png", "-o", "second.png"], in: workspace)
      #expect(again.errors.isEmpty, "\(again.errors)")
      #expect(try workspace.contents(of: "second.png") == workspace.contents(of: "first.png"))
    }
  }

  @Test("with a word about files that are not the same, and never a folder")
  func differences() async throws {
    try await Workspace.with { workspace in
      try workspace.makeFolder("private")
      try workspace.copy("architectures/resnet-basic.onnx", as: "private/other.onnx")
      let photo = try workspace.contents(of: "photo.png")
      try workspace.write(photo, to: "private/cat.png")
      _ = try Self.explain(["private/cat.png", "-o", "first.png"], in: workspace)
      let bytes = try workspace.contents(of: "first.png")
      #expect(bytes.range(of: Data("cat.png".utf8)) != nil)
      #expect(bytes.range(of: Data("private".utf8)) == nil)
      #expect(bytes.range(of: Data(workspace.path.utf8)) == nil)
      try workspace.write(Data(PNG.image(width: 9, height: 8)), to: "dog.png")
      let again = try Self.explain(["--from", "first.png", "dog.png", "-o", "second.png"], in: workspace)
      #expect(
        again.errors
          == "note: dog.png is not the input that first.png was made with, 'cat.png': their bytes differ\n")
      // The same bytes under another name are the same file.
      let same = try Self.explain(["--from", "first.png", "photo.png", "-o", "third.png"], in: workspace)
      #expect(same.errors.isEmpty, "\(same.errors)")
    }
  }

  @Test("and reports tell apart what differs")
  func reports() async throws {
    try await Workspace.with { workspace in
      let compared = try Self.explain(
        ["photo.png", "--compare", "grad-cam,grad-cam:layer=conv-c", "-o", "both.png"], in: workspace)
      let lines = compared.outputText.split(separator: "\n").filter { $0.hasPrefix("method") }
      #expect(lines.count == 2 && Set(lines).count == 2, "\(lines)")
      #expect(lines.allSatisfy { $0.contains("grad-cam:layer=") })
      let json = try Self.explain(
        ["photo.png", "--method", "lime:count=4:samples=20", "--json"], in: workspace)
      let report = try #require(
        try JSONSerialization.jsonObject(with: json.output) as? [String: Any])
      let options = try #require(report["method_options"] as? [String: String])
      #expect(options["count"] == "4" && options["samples"] == "20" && options["seed"] == "0")
      let recipe = try #require(report["recipe"] as? [String: Any])
      #expect((recipe["input"] as? [String: Any])?["name"] as? String == "photo.png")
      let computation = try #require(recipe["computation"] as? [String: Any])
      #expect(computation["precision"] as? String == "fp32" && computation["instructions"] is String)
    }
  }

  static let refused: [RefusedCase] = [
    .init(
      "a recipe beside a question",
      ["explain", "model.onnx", "x.npy", "--from", "a.png", "--target", "3"], 64, ["--from", "--output"]),
    .init(
      "a recipe that is not there", ["explain", "model.onnx", "x.npy", "--from", "a.png"], 66, ["a.png"]),
    .init(
      "an image without a recipe", ["explain", "model.onnx", "x.npy", "--from", "photo.png"], 65,
      ["photo.png", "how it was made"]),
    .init(
      "numbers without their recipe", ["explain", "model.onnx", "x.npy", "--from", "x.npy"], 66,
      ["x.npy.json"]),
    .init(
      "a recipe of a layer that is not there", ["explain", "model.onnx", "x.npy", "--from", "a.json"], 64,
      ["'nowhere'"]
    ) {
      try $0.write(
        """
        {"format": 1, "question": {"layer": "nowhere"}, "drawing": {"style": "figure", "alpha": 1, "photograph": "gray", \
        "percentile": 99, "keep_channels": false, "size_of": "network"}, "model": {"name": "m", "sha256": ""}, "given": {}, \
        "classes": {}, "computation": {"version": "0", "onednn": "2", "instructions": "avx2", "precision": "fp32"}}
        """, to: "a.json")
    },
    .init(
      "a recipe with another method", ["explain", "model.onnx", "x.npy", "--from", "a.json"], 65,
      ["a.json", "question.method", "'gradient'"]
    ) {
      try $0.write(#"{"format": 1, "question": {"method": "gradiant"}}"#, to: "a.json")
    },
    .init(
      "an output over the recipe", ["explain", "model.onnx", "photo.png", "--from", "a.png", "-o", "a.png"],
      64, ["a.png", "is read"]
    ) {
      _ = try Command.run(["explain", "model.onnx", "photo.png", "-o", "a.png"], in: $0)
    },
  ]

  @Test("Recipes that make no sense are refused", arguments: refused)
  func refusedRecipes(_ refused: RefusedCase) async throws { try await refused.check() }
}
