import LibC

/// Reads whole regular files of limited size; never waits for a pipe, never reads a device.
package enum RegularFile {
  /// Why a file cannot be read, as a clause that follows its path.
  package struct Failure: Error, CustomStringConvertible {
    /// Such as "cannot be opened: No such file or directory".
    package let description: String
    /// Whether there is a file, and only its size speaks against it.
    package let isTooLarge: Bool

    init(_ description: String, isTooLarge: Bool = false) {
      self.description = description
      self.isTooLarge = isTooLarge
    }
  }

  /// The bytes of the file at `path`, of which there are at most `limit`.
  package static func contents(of path: String, limit: Int = .max) throws(Failure) -> [UInt8] {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure("cannot be opened: \(systemMessage())") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Failure("cannot be examined: \(systemMessage())") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(status.st_mode & S_IFMT == S_IFDIR ? "is a folder, not a file" : "is not a regular file")
    }
    let size = Int(status.st_size)
    guard size <= limit else {
      throw Failure("has \(size) bytes; files of up to \(limit) bytes are read", isTooLarge: true)
    }
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let rest = UnsafeMutableBufferPointer(rebasing: buffer[count..<size])
        let got = read(descriptor, rest.baseAddress, rest.count)
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        count += got
      }
    }
    guard failure == 0 else { throw Failure("cannot be read: \(String(cString: strerror(failure)))") }
    return bytes
  }

  /// Whether there is something at `path`.
  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private static func systemMessage() -> String { String(cString: strerror(errno)) }
}
