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

/// Complete writes to a descriptor.
enum Streams {
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var start = 0
      while start < buffer.count {
        let count = Glibc.write(descriptor, buffer.baseAddress! + start, buffer.count - start)
        if count < 0 {
          if errno == EINTR { continue }
          return false
        }
        start += count
      }
      return true
    }
  }
}
