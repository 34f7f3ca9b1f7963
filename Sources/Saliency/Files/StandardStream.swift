internal import FileAccess
internal import LibC

/// The streams that a process is started with.
public enum StandardStream: String, Sendable, CaseIterable {
  /// What it is given.
  case input
  /// Its results.
  case output
  /// Everything else that it tells.
  case error

  /// What it is called in errors, such as "standard output".
  public var name: String { "standard \(rawValue)" }

  /// Whether a person sits at the other end.
  public var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Makes writing to a closed pipe an error instead of death, and keeps the numbers of closed streams from files that are
  /// opened later, which would receive what is printed. To be called before anything else.
  public static func prepare() {
    signal(SIGPIPE, SIG_IGN)
    for stream in allCases where fcntl(stream.descriptor, F_GETFD) < 0 {
      // Of the lowest free number, and not open in the direction in which it would be used.
      _ = open("/dev/null", stream == .input ? O_WRONLY : O_RDONLY)
    }
  }

  /// Reads to the end.
  ///
  /// - Parameter limit: the most bytes that are read, which is known from the first few.
  /// - Throws: `SaliencyError` with the code `unreadable`.
  public func contents(limit: (ArraySlice<UInt8>) -> Int) throws(SaliencyError) -> [UInt8] {
    do throws(Streams.Failure) {
      return try Streams.contents(of: descriptor, limit: limit)
    } catch {
      throw SaliencyError(.unreadable, "it \(error.description)", file: name)
    }
  }

  /// Writes all bytes.
  ///
  /// - Throws: `SaliencyError` with the code `unwritable`.
  public func write(_ bytes: [UInt8]) throws(SaliencyError) {
    guard Streams.write(bytes, to: descriptor) else {
      throw SaliencyError(.unwritable, "cannot be written: \(String(cString: strerror(errno)))", file: name)
    }
  }

  private var descriptor: Int32 {
    switch self {
    case .input: STDIN_FILENO
    case .output: STDOUT_FILENO
    case .error: STDERR_FILENO
    }
  }
}
