import LibC

/// A regular file, mapped into memory for reading; pages are read from the disk when they are touched. Or bytes of a file
/// that are at hand.
///
/// Everything that handles raw memory or the file system's C interface stands in this file. As with any
/// mapped file, the process is killed (`SIGBUS`) if another program shortens the file while it is being read.
package final class MappedFile: Sendable {
  /// Why a file could not be mapped, as the rest of a sentence that starts with the file.
  package struct Failure: Error {
    package var reason: String
    /// Whether the file is there and has no bytes.
    package var isEmpty = false

    package init(reason: String) {
      self.reason = reason
    }

    fileprivate static var empty: Self {
      var failure = Self(reason: "is empty")
      failure.isEmpty = true
      return failure
    }
  }

  /// The path, as it was given; of bytes what they are called.
  package let path: String
  /// Whether these are bytes that were at hand, and no file on a disk.
  package let isInMemory: Bool
  /// The size of the file in bytes, at least 1.
  package let count: Int
  nonisolated(unsafe) private let start: UnsafeRawPointer

  /// Maps the file at `path`.
  ///
  /// - Parameter followingLinks: whether the last component of `path` may be a symbolic link.
  /// - Throws: `Failure` if the file cannot be opened, is empty, or is a directory, a pipe, a device or a
  ///   socket.
  package init(path: String, followingLinks: Bool = true) throws(Failure) {
    self.path = path
    isInMemory = false
    guard !path.utf8.contains(0) else { throw Failure(reason: "cannot be opened, its path contains a NUL") }
    // Opening a pipe that nobody writes to would wait for ever without O_NONBLOCK.
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (followingLinks ? 0 : O_NOFOLLOW)
    let descriptor = open(path, flags)
    guard descriptor >= 0 else { throw Failure(reason: "cannot be opened: \(Self.lastErrorMessage)") }
    defer { close(descriptor) }

    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw Failure(reason: "cannot be examined: \(Self.lastErrorMessage)")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw Failure(reason: "is a folder, not a file")
    default: throw Failure(reason: "is not a regular file")
    }
    guard status.st_size > 0 else { throw Failure.empty }
    guard let size = Int(exactly: status.st_size) else { throw Failure(reason: "is too large to be mapped") }
    guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
      throw Failure(reason: "cannot be mapped into memory: \(Self.lastErrorMessage)")
    }
    start = UnsafeRawPointer(address)
    count = size
  }

  /// A copy of the bytes of a file that is called `name`.
  ///
  /// - Throws: `Failure` if there are none.
  package init(bytes: some Collection<UInt8>, name: String) throws(Failure) {
    guard !bytes.isEmpty else { throw Failure.empty }
    (path, isInMemory, count) = (name, true, bytes.count)
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
    copy.copyBytes(from: bytes)
    start = UnsafeRawPointer(copy.baseAddress!)
  }

  deinit {
    let address = UnsafeMutableRawPointer(mutating: start)
    if isInMemory { address.deallocate() } else { munmap(address, count) }
  }

  /// Calls `body` with all bytes of the file.
  package func withSpan<Result, E>(_ body: (Span<UInt8>) throws(E) -> Result) throws(E) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeRawBufferPointer(start: start, count: count).bindMemory(to: UInt8.self).span)
  }

  /// Calls `body` with the bytes in `range`, which must lie within `0..<count`; they have no particular
  /// alignment.
  package func withUnsafeBytes<Result, E>(
    in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(E) -> Result
  ) throws(E) -> Result {
    defer { withExtendedLifetime(self) {} }
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return try body(UnsafeRawBufferPointer(start: start + range.lowerBound, count: range.count))
  }

  /// Lets the pages that lie in `range` leave memory; they are read from the file again when they are touched.
  package func release(_ range: Range<Int>) {
    guard !isInMemory else { return }
    let page = Int(getpagesize())
    let first = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound / page * page
    guard first < end else { return }
    madvise(UnsafeMutableRawPointer(mutating: start + first), end - first, Int32(MADV_DONTNEED))
  }

  /// The absolute path of an existing file, without symbolic links, `.` and `..`.
  package static func resolvedPath(_ path: String) throws(Failure) -> String {
    guard !path.utf8.contains(0) else { throw Failure(reason: "cannot be found, its path contains a NUL") }
    guard let resolved = realpath(path, nil) else {
      throw Failure(reason: "cannot be found: \(lastErrorMessage)")
    }
    defer { free(resolved) }
    guard let string = String(validatingCString: resolved) else {
      throw Failure(reason: "has a path that is not UTF-8")
    }
    return string
  }

  private static var lastErrorMessage: String {
    String(cString: strerror(errno))
  }
}
