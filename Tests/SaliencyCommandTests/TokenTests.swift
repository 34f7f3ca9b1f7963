import Foundation
import NumPyFormat
import SaliencyTestSupport
import Testing

/// Texts at the command line.
@Suite("Tokens at the command line")
struct TokenTests {
  private static func with(_ body: (Workspace) throws -> Void) async throws {
    try await Workspace.with { workspace in
      try workspace.write(Data(MadeModel.sumOfTokens.file), to: "text.onnx")
      try workspace.write(NumPyArray(shape: [1, 4], values: [1, 2, 3, 4]), to: "ids.npy")
      try workspace.write(Data("a\n##b\nc\nd\n".utf8), to: "ids.txt")
      try body(workspace)
    }
  }

  private static func json(_ arguments: [String], in workspace: Workspace) throws -> [String: Any] {
    let result = try Command.run(
      ["explain", "text.onnx", "ids.npy", "--target", "0", "--json"] + arguments, in: workspace)
    try #require(result.exitCode == 0, "\(result.errors)")
    return try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
  }

  @Test("--json holds tokens with their values, and --tokens their names")
  func report() async throws {
    try await Self.with { workspace in
      let report = try Self.json(["--method", "input-x-gradient", "--tokens", "{name}.txt"], in: workspace)
      let tokens = try #require((report["tokens"] as? [[[String: Any]]])?.first)
      #expect(tokens.map { $0["text"] as? String } == ["a", "##b", "c", "d"])
      #expect(tokens.map { $0["number"] as? Int } == [1, 2, 3, 4])
      #expect(tokens.map { $0["value"] as? Double } == [1, 3, -2, 0.5])
      #expect(report["per_token"] as? String == "sum")
      let norms = try Self.json(["--method", "input-x-gradient", "--per-token", "norm"], in: workspace)
      let values = try #require((norms["tokens"] as? [[[String: Any]]])?.first)
      #expect(values.map { $0["value"] as? Double } == [1, 3, 2, 0.5])
      #expect(values.allSatisfy { $0["text"] == nil })
    }
  }

  @Test("--hidden-token says what hides tokens, and without it that is told")
  func hidden() async throws {
    try await Self.with { workspace in
      let command = [
        "explain", "text.onnx", "ids.npy", "--target", "0", "--method", "occlusion", "-o", "out.npy",
      ]
      let usual = try Command.run(command, in: workspace)
      #expect(
        usual.errors.contains("method 'occlusion' hides tokens by number 0; --hidden-token says another"))
      #expect(try workspace.array("out.npy").values == [1, 3, -2, 0.5])
      let said = try Command.run(command + ["--hidden-token", "1"], in: workspace)
      #expect(said.exitCode == 0 && !said.errors.contains("hides tokens by"))
      #expect(try workspace.array("out.npy").values == [0, 2, -3, -0.5])
      #expect(try workspace.array("out.npy").shape == [1, 4])
    }
  }

  @Test("A figure of a text is made again from itself")
  func again() async throws {
    try await Self.with { workspace in
      let first = try Command.run(
        [
          "explain", "text.onnx", "ids.npy", "--target", "0", "--method", "input-x-gradient", "--tokens",
          "ids.txt",
          "--per-token", "norm", "-o", "a.png",
        ], in: workspace)
      #expect(first.exitCode == 0, "\(first.errors)")
      let again = try Command.run(
        ["explain", "text.onnx", "ids.npy", "--from", "a.png", "--tokens", "ids.txt", "-o", "b.png"],
        in: workspace)
      #expect(again.exitCode == 0, "\(again.errors)")
      #expect(try workspace.contents(of: "a.png") == workspace.contents(of: "b.png"))
      let unnamed = try Command.run(
        ["explain", "text.onnx", "ids.npy", "--from", "a.png", "-o", "c.png"], in: workspace)
      #expect(unnamed.errors.contains("a.png was made with 'ids.txt' for tokens; give it with --tokens"))
    }
  }

  @Test("What an input is compared with is told, so that the result can be made again")
  func similar() async throws {
    try await Self.with { workspace in
      try workspace.write(NumPyArray(shape: [1, 4], values: [4, 4, 1, 1]), to: "other.npy")
      let first = try Command.run(
        [
          "explain", "text.onnx", "ids.npy", "--similar-to", "other.npy", "--similarity", "dot", "--method",
          "integrated-gradients", "-o", "a.png",
        ], in: workspace)
      #expect(first.exitCode == 0, "\(first.errors)")
      let missing = try Command.run(
        ["explain", "text.onnx", "ids.npy", "--from", "a.png", "-o", "b.png"], in: workspace)
      #expect(missing.errors.contains("a.png: it was compared with 'other.npy'; give that with --similar-to"))
      #expect(!workspace.names.contains("b.png"))
      let again = try Command.run(
        ["explain", "text.onnx", "ids.npy", "--from", "a.png", "--similar-to", "other.npy", "-o", "b.png"],
        in: workspace)
      #expect(again.exitCode == 0, "\(again.errors)")
      #expect(try workspace.contents(of: "a.png") == workspace.contents(of: "b.png"))
    }
  }

  @Test(
    "What is wrong with tokens is told, and nothing is written",
    arguments: [
      (["--tokens", "missing.txt"], "missing.txt"),
      (["--tokens", "three.txt"], "three.txt: it names 3 tokens, but the input has 4"),
      (["--hidden-token", "2"], "method 'gradient' hides no tokens"),
      (["--method", "occlusion", "--hidden-token", "9"], "what hides tokens is token 9"),
      (["--per-token", "mean"], "--per-token"), (["--hidden-token", "x"], "--hidden-token"),
    ])
  func refusals(_ arguments: [String], _ message: String) async throws {
    try await Self.with { workspace in
      try workspace.write(Data("a\nb\nc\n".utf8), to: "three.txt")
      let result = try Command.run(
        ["explain", "text.onnx", "ids.npy", "-o", "out.png"] + arguments, in: workspace)
      #expect(result.exitCode != 0)
      #expect(result.errors.contains(message), "\(result.errors)")
      #expect(!workspace.names.contains("out.png"))
    }
  }
}
