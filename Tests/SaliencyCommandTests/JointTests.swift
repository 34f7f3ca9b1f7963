import Foundation
import NumPyFormat
import SaliencyTestSupport
import Testing

/// Several inputs together at the command line.
@Suite("Several inputs at the command line")
struct JointTests {
  private static func with(_ body: (Workspace) throws -> Void) async throws {
    try await Workspace.with { workspace in
      try workspace.write(Data(MadeModel.product.file), to: "two.onnx")
      try workspace.write(NumPyArray(shape: [1, 2], values: [3, 4]), to: "a.npy")
      try workspace.write(NumPyArray(shape: [1, 1], values: [5]), to: "b.npy")
      try body(workspace)
    }
  }

  private static let command = ["explain", "two.onnx", "a.npy", "--given", "b=b.npy", "--target", "0"]

  @Test("Each input has a file, and a report and a figure have all", arguments: ["a,b", "all"])
  func files(_ inputs: String) async throws {
    try await Self.with { workspace in
      let result = try Command.run(
        Self.command + [
          "--input", inputs, "--gradient-modifier", "none", "-o", "{name}-{input}.npy", "-o", "out.png",
          "--json", "--check",
        ], in: workspace)
      try #require(result.exitCode == 0, "\(result.errors)")
      #expect(try workspace.array("a-a.npy").values == [5, 10])
      #expect(try workspace.array("a-b.npy").values == [11])
      #expect(workspace.names.isSuperset(of: ["out.png", "a-a.npy.json"]))
      let report = try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
      #expect((report["explanations"] as? [Any])?.count == 2)
      #expect(report["sums"] as? [[Double]] == [[15, 11]])
      #expect((report["checks"] as? [[String: Any]])?.first?["verdict"] as? String == "holds")
      #expect(
        (report["outputs"] as? [[String: String]])?.map { $0["path"] } == ["a-a.npy", "a-b.npy", "out.png"])
    }
  }

  @Test("A figure of several inputs is made again from itself")
  func again() async throws {
    try await Self.with { workspace in
      let first = try Command.run(
        Self.command + ["--input", "a,b", "--method", "integrated-gradients", "-o", "x.png"], in: workspace)
      #expect(first.exitCode == 0, "\(first.errors)")
      let again = try Command.run(
        ["explain", "two.onnx", "a.npy", "--given", "b=b.npy", "--from", "x.png", "-o", "y.png"],
        in: workspace)
      #expect(again.exitCode == 0, "\(again.errors)")
      #expect(try workspace.contents(of: "x.png") == workspace.contents(of: "y.png"))
    }
  }

  @Test(
    "What has no answer for several inputs is told, and nothing is written",
    arguments: [
      (["-o", "out.npy"], "several inputs have a .npy file each; write {input} in its name"),
      (["-o", "{input}.png"], "images and reports have all inputs"),
      (["--method", "grad-cam", "-o", "out.png"], "method 'grad-cam' explains one input"),
      (
        ["--compare", "gradient,occlusion", "-o", "out.png"],
        "--compare and --compare-targets is for one input"
      ),
      (["--similar-to", "a.npy", "-o", "out.png"], "--similar-to"),
      (["--wrt", "c", "-o", "out.png"], "--wrt is for one input"),
    ])
  func refusals(_ arguments: [String], _ message: String) async throws {
    try await Self.with { workspace in
      let command = arguments.contains("--similar-to") ? Self.command.dropLast(2) : Self.command[...]
      let result = try Command.run(command + ["--input", "a,b"] + arguments, in: workspace)
      #expect(result.exitCode != 0)
      #expect(result.errors.contains(message), "\(result.errors)")
      #expect(!workspace.names.contains("out.png") && !workspace.names.contains("out.npy"))
    }
  }

  @Test("An input without a file, one that is none, and other commands say what is wrong")
  func inputs() async throws {
    try await Self.with { workspace in
      for (command, message) in [
        (["explain", "two.onnx", "a.npy", "--input", "a,b"], "give it as --given b=FILE"),
        (Self.command + ["--input", "a,c"], "input 'c' does not exist"),
        (
          ["predict", "two.onnx", "a.npy", "--input", "a,b", "--given", "b=b.npy"],
          "2 inputs together (a, b) are for 'explain'"
        ),
      ] {
        let result = try Command.run(command, in: workspace)
        #expect(result.exitCode != 0 && result.errors.contains(message), "\(result.errors)")
      }
    }
  }
}
