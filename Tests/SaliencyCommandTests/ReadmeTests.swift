import Foundation
import Testing

private let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path

private func text(of path: String) throws -> String {
  String(decoding: try Data(contentsOf: URL(filePath: repository + "/" + path)), as: UTF8.self)
}

@Suite("README")
struct ReadmeTests {
  /// What `make demo` fetches and makes.
  private static let networks = [
    ".cache/demo/efficientnet-lite0.onnx", ".cache/demo/expressions.hdf5",
    ".cache/demo/expressions.hdf5.saliency.json",
  ]

  private static let hasNetworks = networks.allSatisfy {
    FileManager.default.fileExists(atPath: repository + "/" + $0)
  }

  /// A folder with what a clone has after `make demo`, as far as the commands need it, and with the command of these tests.
  private static func clone() throws -> Workspace {
    let clone = try Workspace()
    let files = FileManager.default
    for folder in [".cache/demo", ".build/release"] {
      try files.createDirectory(atPath: clone.path + "/" + folder, withIntermediateDirectories: true)
    }
    for path in networks + ["Demo", "Examples"] {
      try files.copyItem(atPath: repository + "/" + path, toPath: clone.path + "/" + path)
    }
    clone.makeLink(".build/release/saliency", to: Command.path)
    return clone
  }

  @Test(
    "Every command does what README shows",
    .enabled(if: hasNetworks, "NOTHING OF README IS TESTED: 'make demo' fetches the networks that it takes"))
  func commands() throws {
    let clone = try Self.clone()
    defer { clone.remove() }
    // Threads that wait for each other beside those of other tests take ten times as long as one thread.
    var variables = ["export OMP_NUM_THREADS=1"]
    var count = 0
    for step in ConsoleText(try text(of: "README.md")).steps where !step.isLeftOut {
      if step.isAssignment {
        variables.append(step.line)
        continue
      }
      let result = try Command.runShell(
        (variables + ["{ \(step.line)", "} 2>&1"]).joined(separator: "\n"), in: clone,
        atMost: .seconds(300))
      count += 1
      #expect(result.exitCode == 0, "\(step.line)\n\(result.outputText)")
      if !step.shown.isEmpty {
        let printed = result.outputText.split(separator: "\n").map(String.init)
        let difference = ConsoleText.difference(shown: step.shown, printed: printed)
        #expect(difference == nil, "\(step.line)\n\(difference ?? "")\n\(result.outputText)")
      }
      print("README: \(result.duration.formatted(.units(fractionalPart: .show(length: 1)))): \(step.line)")
    }
    #expect(count >= 15)
  }

  @Test("Commands and their output are read as a reader reads them")
  func reading() {
    let steps = ConsoleText(
      """
      ```console
      $ A=b; C=d/e
      $ tool one \\
          two
      first   line 1.25
      $ tool three    # two minutes
      $ tool four     # 15 s
      $ tool five     # 3 s, of 10 samples
      ```
      $ not a command
      """
    ).steps
    #expect(steps.count == 5 && steps[1].line == "tool one \\\n    two")
    #expect(steps.map(\.isAssignment) == [true, false, false, false, false])
    #expect(steps.map(\.isLeftOut) == [false, false, true, true, false])
    #expect(steps[1].shown == ["first   line 1.25"])
  }

  @Test(
    "Output agrees but for last digits, times and what is left out",
    arguments: [
      (["score 1.25 of 7"], ["score  1.26 of 7"], true), (["score 1.25"], ["score 1.27"], false),
      (["of 7"], ["of 8"], false), (["run 52.33 ms, all 1 s"], ["run 1.2 s, all 900.1 ms"], true),
      (["a", "…", "z"], ["a", "b", "c", "z"], true), (["a", "…"], ["a"], true), (["a"], ["a", "b"], false),
      (["a", "b"], ["a"], false), (["…", "z"], ["a"], false), (["tabby 3.5"], ["tiger 3.5"], false),
    ])
  func comparing(shown: [String], printed: [String], agrees: Bool) {
    #expect((ConsoleText.difference(shown: shown, printed: printed) == nil) == agrees)
  }

  @Test("README is short: fewer than 200 lines, each shorter than 100 columns but for tables and images")
  func length() throws {
    let lines = try text(of: "README.md").split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count < 200)
    for line in lines where !line.hasPrefix("|") && !line.hasPrefix("![") {
      #expect(line.count < 100, "\(line)")
    }
  }

  @Test("Links between pages lead to files")
  func links() throws {
    let pages = try FileManager.default.contentsOfDirectory(atPath: repository + "/Documentation")
      .filter { $0.hasSuffix(".md") }.map { "Documentation/" + $0 }
    for page in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] + pages {
      let folder = URL(filePath: repository + "/" + page).deletingLastPathComponent().path
      for link in try text(of: page).matches(of: /\]\(([^)#\s]+)[^)]*\)/) where !link.1.contains("://") {
        #expect(FileManager.default.fileExists(atPath: folder + "/" + link.1), "\(page): \(link.1)")
      }
    }
  }
}
