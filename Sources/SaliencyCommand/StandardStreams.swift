import FileAccess
import Glibc

/// What is not a result: notes, warnings, progress and errors.
enum StandardError {
  static func print(_ message: String) {
    write(message + "\n")
  }

  static func write(_ text: String) {
    _ = Streams.write(Array(text.utf8), to: STDERR_FILENO)
  }

  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

/// Results.
enum StandardOutput {
  static func print(_ text: String) throws(Failure) {
    try write(Array((text + "\n").utf8))
  }

  static func write(_ bytes: [UInt8]) throws(Failure) {
    guard Streams.write(bytes, to: STDOUT_FILENO) else {
      throw Failure("standard output: \(String(cString: strerror(errno)))", exitCode: Failure.cannotWrite)
    }
  }
}
