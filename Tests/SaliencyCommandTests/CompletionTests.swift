import Foundation
import Testing

/// What shells are told when they ask how a word goes on.
@Suite("Completion in the shell")
struct CompletionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    /// The line, of which the last word is completed; its option stands before it.
    let line: [String]
    let has: [String]
    let lacks: [String]
    var testDescription: String { line.joined(separator: " ") }

    init(_ line: String, has: [String], lacks: [String] = []) {
      self.line = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      (self.has, self.lacks) = (has, lacks)
    }
  }

  /// The words that a shell gets, as its script asks for them.
  private static func words(_ line: [String], in workspace: Workspace) throws -> [String] {
    let last = line.count
    let arguments =
      ["---completion", line[0], "--", line[last - 2], "\(last)", "\(line[last - 1].count)", "saliency"]
      + line
    let result = try Command.run(arguments, in: workspace)
    #expect(result.exitCode == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(result.duration < .seconds(10))
    return result.outputText.split(separator: "\n").map(String.init)
  }

  static let cases: [Case] = [
    Case("explain model.onnx x.npy --method ", has: ["gradient", "grad-cam", "lrp"]),
    Case("explain model.onnx x.npy --method grad", has: ["gradient", "grad-cam++"], lacks: ["lrp"]),
    Case("explain model.onnx x.npy --method lime:", has: ["lime:samples=", "lime:seed="], lacks: ["lime"]),
    Case(
      "explain model.onnx x.npy --method lime:samples=9:", has: ["lime:samples=9:seed="],
      lacks: ["lime:samples=9:samples="]),
    Case("explain model.onnx x.npy --method grad-cam:layer=", has: ["grad-cam:layer=relu-r"]),
    Case(
      "explain model.onnx x.npy --compare gradient,l", has: ["gradient,lrp", "gradient,lime"],
      lacks: ["gradient,gradient"]),
    Case("evaluate model.onnx x.npy --metric in", has: ["insertion", "infidelity"], lacks: ["deletion"]),
    Case("explain model.onnx x.npy --layer ", has: ["conv-c", "relu-r"]),
    Case("explain 'model.onnx' x.npy --wrt conv", has: ["conv-c"], lacks: ["relu-r"]),
    Case("filters open.onnx x.npy --layer ", has: ["conv-c", "relu-r"]),
    Case("explain --labels labels.txt model.onnx x.npy --target ", has: ["top", "goldfish", "hammerhead"]),
    Case("explain model.onnx x.npy --labels=labels.txt --target shark,", has: ["shark,goldfish"]),
    Case("explain model.onnx x.npy --target ", has: ["top"], lacks: ["goldfish"]),
    Case("explain model.onnx x.npy --output-name ", has: ["y"]),
    Case("explain no.onnx x.npy --layer ", has: []),
    Case("explain photo.png x.npy --layer ", has: []),
    Case("explain noise.onnx x.npy --layer ", has: []),
    Case("explain model.onnx x.npy --labels photo.png --target ", has: ["top"]),
  ]

  @Test("A word is completed from what stands on the line", arguments: cases)
  func completes(_ completed: Case) async throws {
    try await Workspace.with { workspace in
      try workspace.write(noise(3_000), to: "noise.onnx")
      let words = try Self.words(completed.line, in: workspace)
      for word in completed.has { #expect(words.contains(word), "\(words)") }
      for word in completed.lacks { #expect(!words.contains(word), "\(words)") }
      if completed.has.isEmpty { #expect(words.isEmpty) }
    }
  }

  @Test("There is a script for every shell", arguments: ["bash", "zsh", "fish"])
  func script(shell: String) async throws {
    try await Workspace.with { workspace in
      let result = try Command.run(["--generate-completion-script", shell], in: workspace)
      #expect(result.exitCode == 0 && result.outputText.contains("---completion"))
    }
  }
}
