import Foundation
import Testing

@Suite("Progress of methods of many samples")
struct ProgressTests {
  private static let slow = "smoothgrad:samples=2000"

  /// What the command writes to a terminal that is its standard error.
  private static func terminal(_ arguments: [String], in workspace: Workspace) throws -> String {
    let result = try Command.runShell(
      "script -qec \"$SALIENCY \(arguments.joined(separator: " ")) >printed\" terminal", in: workspace)
    #expect(result.exitCode == 0, "\(result.errors)")
    return String(decoding: try workspace.contents(of: "terminal"), as: UTF8.self)
  }

  static let drawn: [(arguments: [String], names: [String])] = [
    (["x.npy", "--method", slow, "--json", "-o", "o.npy"], ["/2000 smoothgrad\r\u{1B}"]),
    (
      ["x.npy", "y.npy", "--method", slow, "-o", "{name}.out.npy"],
      ["/2000 smoothgrad, x (1 of 2)", "/2000 smoothgrad, y (2 of 2)"]
    ),
    (
      ["x.npy", "--compare", "\(slow),gradient", "--compare-targets", "0,1", "-o", "o.png"],
      ["/4000 smoothgrad\r\u{1B}"]
    ),
  ]

  @Test("A bar is drawn on a terminal and is gone when it is full", arguments: drawn)
  func bar(_ drawn: (arguments: [String], names: [String])) async throws {
    try await Workspace.with { workspace in
      try workspace.copy("importer/input-1x3x8x8-d46ae2d3.npy", as: "y.npy")
      let text = try Self.terminal(["explain", "model.onnx"] + drawn.arguments, in: workspace)
      for name in drawn.names { #expect(text.contains(name), "\(text.suffix(400))") }
      let printed = String(decoding: try workspace.contents(of: "printed"), as: UTF8.self)
      #expect(!printed.isEmpty && !printed.contains("\u{1B}"))
      // What stands on the terminal in the end: what follows the last clearing.
      let left = text.components(separatedBy: "\r\u{1B}[2K").last ?? ""
      #expect(!left.contains("█") && !left.contains("░"), "\(left)")
    }
  }

  @Test("Nothing is drawn where standard error is no terminal")
  func pipe() async throws {
    try await Workspace.with { workspace in
      let result = try Command.run(
        ["explain", "model.onnx", "x.npy", "--method", Self.slow, "-o", "o.npy"], in: workspace)
      #expect(result.exitCode == 0 && result.errors.isEmpty, "\(result.errors)")
    }
  }
}
