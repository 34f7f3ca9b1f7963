import Foundation
import Testing

/// A run that must be refused.
struct RefusedCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let arguments: [String]
  let exitCode: Int32
  /// What the message has to say.
  let words: [String]
  let prepare: @Sendable (Workspace) throws -> Void

  init(
    _ description: String, _ arguments: [String], _ exitCode: Int32, _ words: [String],
    _ prepare: @escaping @Sendable (Workspace) throws -> Void = { _ in }
  ) {
    testDescription = description
    self.arguments = arguments
    self.exitCode = exitCode
    self.words = words
    self.prepare = prepare
  }

  /// Runs the command: one line on standard error says what is wrong, after notes and warnings, and nothing else is left behind.
  func check() async throws {
    try await Workspace.with { workspace in
      try prepare(workspace)
      let before = workspace.names
      let result = try Command.run(arguments, in: workspace)
      #expect(result.exitCode == exitCode, "\(result.errors)")
      for word in words { #expect(result.errors.contains(word), "'\(word)' is missing in: \(result.errors)") }
      let lines = result.errors.split(separator: "\n").drop {
        $0.hasPrefix("note: ") || $0.hasPrefix("warning: ")
      }
      #expect(lines.count == 1 && lines.first?.hasPrefix("error: ") == true, "\(result.errors)")
      #expect(result.errors.hasSuffix("\n"), "\(result.errors)")
      #expect(!result.errors.hasSuffix(".\n"), "\(result.errors)")
      #expect(result.output.isEmpty, "\(result.outputText)")
      #expect(workspace.names == before)
      #expect(result.duration < .seconds(20))
    }
  }
}
