import Foundation
import LibC

/// The built `saliency` command, which lies beside the tests.
enum Command {
  static let path: String = {
    let tests = try! FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(filePath: tests).deletingLastPathComponent().appending(path: "saliency").path
  }()

  /// What a run left behind.
  struct Result {
    /// The exit code, or the negative number of the signal that ended the run.
    let exitCode: Int32
    let output: Data
    let errors: String
    let duration: Duration

    var outputText: String { String(decoding: output, as: UTF8.self) }
  }

  /// Runs `saliency` in a folder.
  static func run(_ arguments: [String], in folder: Workspace) throws -> Result {
    try run(path, arguments, in: folder)
  }

  /// Runs a line of shell, in which `$SALIENCY` is the command.
  static func runShell(
    _ line: String, in folder: Workspace, atMost limit: Duration = .seconds(60)
  ) throws -> Result {
    try run("/bin/sh", ["-c", "SALIENCY='\(path)'; " + line], in: folder, atMost: limit)
  }

  private static func run(
    _ program: String, _ arguments: [String], in folder: Workspace, atMost limit: Duration = .seconds(60)
  ) throws -> Result {
    let clock = ContinuousClock()
    let start = clock.now
    let captured = try Workspace()
    defer { captured.remove() }
    let child = try Child(
      program, arguments, folder: folder.path, output: captured.path + "/output",
      errors: captured.path + "/errors")
    let exitCode = child.wait(atMost: limit)
    return Result(
      exitCode: exitCode, output: try captured.contents(of: "output"),
      errors: String(decoding: try captured.contents(of: "errors"), as: UTF8.self),
      duration: start.duration(to: clock.now))
  }
}

/// A process that has been started.
struct Child {
  private let process = Process()

  init(_ program: String, _ arguments: [String], folder: String, output: String, errors: String) throws {
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: folder)
    let (output, errors) = (try Self.created(output), try Self.created(errors))
    // Files that stay open as long as Foundation keeps the process are too many for its select() after a thousand runs.
    defer { for file in [output, errors] { try? file.close() } }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
  }

  private static func created(_ path: String) throws -> FileHandle {
    try Data().write(to: URL(filePath: path))
    return try FileHandle(forWritingTo: URL(filePath: path))
  }

  func kill() {
    LibC.kill(process.processIdentifier, SIGKILL)
  }

  /// The exit code, or the negative number of the signal that ended the process; it is killed when time is up.
  func wait(atMost limit: Duration = .seconds(60)) -> Int32 {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while process.isRunning {
      if clock.now > deadline { kill() }
      usleep(1_000)
    }
    return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
  }
}
