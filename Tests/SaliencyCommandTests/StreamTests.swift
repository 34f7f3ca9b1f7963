import Foundation
import NumPyFormat
import Testing

/// What happens where nobody reads, nothing can be written, or the run is cut short.
@Suite("Streams and files")
struct StreamTests {
  @Test(
    "Standard output that cannot be written to is an error, not a crash",
    arguments: [
      "$SALIENCY inspect model.onnx", "$SALIENCY inspect model.onnx --json",
      "$SALIENCY predict model.onnx x.npy",
      "$SALIENCY explain model.onnx x.npy -o -", "$SALIENCY explain model.onnx x.npy -o -.npy",
      "$SALIENCY explain model.onnx x.npy --json", "$SALIENCY explain model.onnx x.npy -o out.npy",
      "$SALIENCY --help", "$SALIENCY --version", "$SALIENCY --generate-completion-script bash",
    ], [">&-", ">/dev/full"])
  func unwritable(line: String, redirection: String) async throws {
    try await Workspace.with { workspace in
      let result = try Command.runShell("\(line) \(redirection)", in: workspace)
      #expect(result.exitCode == 73)
      // The report of the work stands on standard error where an image goes to standard output.
      let last = result.errors.split(separator: "\n").last ?? ""
      #expect(last.hasPrefix("error: standard output: cannot be written: "), "\(result.errors)")
    }
  }

  @Test("A reader that goes away is an error, not a death by signal")
  func brokenPipe() async throws {
    try await Workspace.with { workspace in
      let line = "{ $SALIENCY inspect model.onnx; echo $? >code; } | true; sleep 0.2; cat code"
      let result = try Command.runShell(line, in: workspace)
      // The run may have written all before the reader was gone.
      #expect(["73\n", "0\n"].contains(result.outputText), "\(result.outputText)")
    }
  }

  @Test("A file that is written never takes the place of a closed stream")
  func closedStreams() async throws {
    try await Workspace.with { workspace in
      _ = try Command.runShell("$SALIENCY explain model.onnx x.npy -o all.npy <&- >&- 2>&-", in: workspace)
      _ = try Command.run(["explain", "model.onnx", "x.npy", "-o", "one.npy"], in: workspace)
      #expect(try workspace.contents(of: "all.npy") == workspace.contents(of: "one.npy"))
    }
  }

  @Test("An error is told where standard error is closed, by its code")
  func closedErrors() async throws {
    try await Workspace.with { workspace in
      let result = try Command.runShell("$SALIENCY inspect no.onnx 2>&-", in: workspace)
      #expect(result.exitCode == 66)
    }
  }

  @Test("A killed run leaves whole files or none", arguments: [20, 60, 120, 200, 300])
  func killed(milliseconds: Int) async throws {
    try await Workspace.with { workspace in
      let inputs = (0..<40).map { "input\($0).npy" }
      for name in inputs { try workspace.write(array([2, 3, 160, 160]), to: name) }
      let known = workspace.names
      let child = try Child(
        Command.path, ["explain", "open.onnx"] + inputs + ["-o", "{name}.out.npy"], folder: workspace.path,
        output: "/dev/null", errors: "/dev/null")
      usleep(UInt32(milliseconds) * 1_000)
      child.kill()
      #expect([-9, 0].contains(child.wait()))
      for name in workspace.names.subtracting(known) {
        #expect(name.hasSuffix(".out.npy"))
        #expect(try workspace.array(name).shape == [2, 3, 160, 160])
      }
    }
  }

  @Test("Runs that write the same file at once leave one of the results, whole")
  func parallel() async throws {
    try await Workspace.with { workspace in
      let arguments = ["explain", "model.onnx", "x.npy", "-o", "out.png", "-o", "out.npy"]
      let known = workspace.names
      let children = try (0..<4).map { _ in
        try Child(
          Command.path, arguments, folder: workspace.path, output: "/dev/null", errors: "/dev/null")
      }
      #expect(children.map { $0.wait() } == [0, 0, 0, 0])
      let left = workspace.names.subtracting(known)
      #expect(left == ["out.png", "out.npy", "out.npy.json"])
      let contents = try left.sorted().map { try workspace.contents(of: $0) }
      let last = try Command.run(arguments, in: workspace)
      #expect(last.exitCode == 0)
      let again = try left.sorted().map { try workspace.contents(of: $0) }
      #expect(again == contents)
    }
  }

  @Test(
    "Names may have spaces, letters from everywhere, and dashes in front",
    arguments: [
      "a name.npy", "größe 層.npy", "-x.npy", "--json.npy", "a.b.c.npy", "'quoted'.npy", "{name}.npy",
    ])
  func names(name: String) async throws {
    try await Workspace.with { workspace in
      try workspace.write(array([1, 3, 8, 8]), to: name)
      try workspace.copy("importer/final-softmax.onnx", as: "mo del.onnx")
      let result = try Command.run(
        ["explain", "-o", "out-{name}.npy", "--", "mo del.onnx", name], in: workspace)
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(workspace.names.contains("out-\(name)"))
    }
  }

  @Test("An existing file is replaced, a link to it followed, and permissions follow the user's mask")
  func replaces() async throws {
    try await Workspace.with { workspace in
      try workspace.write("old", to: "real.npy")
      workspace.makeLink("link.npy", to: "real.npy")
      let line = "umask 027; $SALIENCY explain model.onnx x.npy -o link.npy -o new.npy; stat -c %a new.npy"
      let result = try Command.runShell(line, in: workspace)
      #expect(result.exitCode == 0 && result.outputText.hasSuffix("\n640\n"), "\(result.outputText)")
      #expect(try workspace.array("real.npy").shape == [1, 3, 8, 8])
      let link = try FileManager.default.destinationOfSymbolicLink(atPath: workspace.path + "/link.npy")
      #expect(link == "real.npy")
    }
  }

  @Test("Names that a file brings are printed without their control characters")
  func controlCharacters() async throws {
    try await Workspace.with { workspace in
      let result = try Command.run(["inspect", "no\u{1B}[2J\nsuch.onnx"], in: workspace)
      #expect(result.exitCode == 66)
      #expect(!result.errors.dropLast().contains { $0.isNewline || $0 == "\u{1B}" }, "\(result.errors)")
    }
  }
}
