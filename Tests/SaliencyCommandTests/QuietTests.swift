import Foundation
import Testing

/// `--quiet`.
@Suite("Quiet commands print what is asked for")
struct QuietTests {
  static let commands = [
    "explain model.onnx x.npy --labels few.json -o out.npy",
    "explain model.onnx x.npy --compare gradient,lrp -o out.png --animation out.webp",
    "explain model.onnx x.npy y.npy -o {name}-out.png --layer relu-r --method grad-cam",
    "filters model.onnx x.npy --layer conv-c -o out.png",
    "maximize model.onnx --target 1 --labels few.json --steps 2 --mean 0 --std 1 --scale 1 -o out.npy",
    "evaluate model.onnx x.npy --labels few.json --metric complexity -o out.csv",
    "export model.onnx -o out.onnx --fixed-batch --check x.npy",
  ]

  private static func run(_ command: String, in workspace: Workspace) throws -> Command.Result {
    try workspace.write(#"{"0": "tench", "1": "goldfish"}"#, to: "few.json")
    if !workspace.names.contains("y.npy") {
      try workspace.copy("importer/input-1x3x8x8-d46ae2d3.npy", as: "y.npy")
    }
    return try Command.run(command.split(separator: " ").map(String.init), in: workspace)
  }

  @Test("Nothing is printed where files are asked for", arguments: commands, ["--quiet", "-q"])
  func silent(command: String, option: String) async throws {
    try await Workspace.with { workspace in
      let result = try Self.run("\(command) \(option)", in: workspace)
      #expect(result.exitCode == 0 && result.errors.isEmpty && result.output.isEmpty, "\(result.errors)")
      #expect(workspace.names.contains { $0.contains("out.") })
    }
  }

  @Test("JSON that is asked for is printed, and nothing else", arguments: commands)
  func json(command: String) async throws {
    try await Workspace.with { workspace in
      let result = try Self.run("\(command) --quiet --json", in: workspace)
      #expect(result.exitCode == 0 && result.errors.isEmpty, "\(result.errors)")
      #expect(try JSONSerialization.jsonObject(with: result.output) is [String: Any])
    }
  }

  @Test("Warnings and errors stay")
  func warnings() async throws {
    try await Workspace.with { workspace in
      let warned = try Self.run("explain model.onnx photo.png -q -o out.npy", in: workspace)
      #expect(warned.exitCode == 0 && warned.errors.hasPrefix("warning: model.onnx"), "\(warned.errors)")
      let failed = try Self.run("explain model.onnx no.npy -q -o out.npy", in: workspace)
      #expect(failed.exitCode == 66 && failed.errors.hasPrefix("error: no.npy"), "\(failed.errors)")
    }
  }

  @Test("A quiet evaluation without an output is refused")
  func evaluation() async throws {
    try await RefusedCase(
      "a quiet table", ["evaluate", "model.onnx", "x.npy", "-q"], 64, ["--quiet", "--output", "--json"]
    ).check()
  }
}
