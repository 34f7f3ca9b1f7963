import FileAccess
import Foundation
import Testing

@Suite("The command audit")
struct AuditTests {
  @Test("It asks about a folder, prints what it found, and goes on where it was")
  func audit() async throws {
    try await Workspace.with { workspace in
      try workspace.makeFolder("data/shark")
      try workspace.makeFolder("data/ray")
      for path in ["data/shark/a.png", "data/ray/b.png"] {
        try workspace.write(Data(PNG.image(width: 12, height: 10)), to: path)
      }
      try workspace.write("text", to: "data/ray/c.png")
      let line = ["audit", "model.onnx", "data", "-o", "audit", "--labels", "labels.txt"]
      let first = try Command.run(line + ["--json"], in: workspace)
      #expect(
        first.exitCode == 1 && first.errors.hasSuffix("error: 1 of 3 images failed; the findings say why\n"),
        "\(first.errors)")
      let findings = try JSONValue(parsing: Array(first.output))
      #expect(findings["images"]?.integer == 3 && findings["findings"]?.array == [])
      #expect(findings["failed"]?.array?.first?["path"]?.text == "ray/c.png")
      let again = try Command.run(line, in: workspace)
      #expect(again.outputText.contains("3 images, 2 of them done before, in "), "\(again.outputText)")
      let told = try Command.run(["audit", "report", "audit", "--json"], in: workspace)
      #expect(told.exitCode == 0 && told.output == first.output, "\(told.errors)")
    }
  }

  static let refused: [(arguments: [String], exitCode: Int32, message: String)] = [
    (
      ["model.onnx", "nothing", "-o", "a"], 66,
      "nothing: the file cannot be opened: No such file or directory"
    ),
    (["model.onnx", "photo.png", "-o", "a"], 65, "photo.png: it is no folder and no table"),
    (["model.onnx", "."], 64, "missing expected argument '--output <folder>'"),
    (["model.onnx", ".", "-o", "a", "--shard", "9/8"], 64, "'9/8' is no part of a data set"),
    (["model.onnx", ".", "-o", "a", "--per-class", "0"], 64, "--per-class has to be at least 1"),
    (["model.onnx", ".", "-o", "a", "--per-class", "3"], 64, "nobody says their classes"),
    (["report", "."], 66, "there is no audit in this folder"),
  ]

  @Test("What is wrong is told in one line", arguments: refused)
  func refuses(_ refused: (arguments: [String], exitCode: Int32, message: String)) async throws {
    try await Workspace.with { workspace in
      let result = try Command.run(["audit"] + refused.arguments, in: workspace)
      #expect(result.exitCode == refused.exitCode && result.errors.contains(refused.message), "\(result)")
      #expect(result.errors.filter(\.isNewline).count == 1 && !workspace.names.contains("a"))
    }
  }
}
