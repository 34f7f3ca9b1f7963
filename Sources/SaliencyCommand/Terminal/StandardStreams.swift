import Saliency

/// What is not a result: notes, warnings, progress and errors.
enum StandardError {
  static func print(_ message: String) {
    write(message + "\n")
  }

  /// Nobody can be told where that fails.
  static func write(_ text: String) {
    try? StandardStream.error.write(Array(text.utf8))
  }

  static var isTerminal: Bool { StandardStream.error.isTerminal }
}

/// An input that is read from a pipe, or from a file that the shell opens.
enum StandardInput {
  /// All bytes of it.
  static func contents(limit: (ArraySlice<UInt8>) -> Int) throws(Failure) -> [UInt8] {
    guard !StandardStream.input.isTerminal else {
      throw Failure(
        "standard input is a terminal; send it a file, as in 'saliency predict MODEL - < image.png'",
        exitCode: Failure.usage)
    }
    return try Failure.reporting(try StandardStream.input.contents(limit: limit))
  }
}

/// Results.
enum StandardOutput {
  static func print(_ text: String) throws(Failure) {
    try write(Array((text + "\n").utf8))
  }

  static func write(_ bytes: [UInt8]) throws(Failure) {
    try Failure.reporting(try StandardStream.output.write(bytes))
  }
}
