import FileAccess
import LibC

enum StandardStreams {
  /// Makes writing to a closed pipe an error instead of death, and keeps the numbers of closed streams from files that are
  /// opened later, which would receive what is printed.
  static func prepare() {
    signal(SIGPIPE, SIG_IGN)
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      // Of the lowest free number, and not open in the direction in which it would be used.
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }
}

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

/// An input that is read from a pipe, or from a file that the shell opens.
enum StandardInput {
  /// All bytes of it.
  static func contents(limit: (ArraySlice<UInt8>) -> Int) throws(Failure) -> [UInt8] {
    guard isatty(STDIN_FILENO) == 0 else {
      throw Failure(
        "standard input is a terminal; send it a file, as in 'saliency predict MODEL - < photo.png'",
        exitCode: Failure.usage)
    }
    do throws(Streams.Failure) {
      return try Streams.contents(of: STDIN_FILENO, limit: limit)
    } catch {
      throw Failure("standard input: it \(error.description)", exitCode: Failure.missingInput)
    }
  }
}

/// Results.
enum StandardOutput {
  static func print(_ text: String) throws(Failure) {
    try write(Array((text + "\n").utf8))
  }

  static func write(_ bytes: [UInt8]) throws(Failure) {
    guard Streams.write(bytes, to: STDOUT_FILENO) else {
      throw Failure(
        "standard output: cannot be written: \(String(cString: strerror(errno)))",
        exitCode: Failure.cannotWrite)
    }
  }
}
