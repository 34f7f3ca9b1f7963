internal import Glibc

/// Reads files that are small by nature: labels and settings.
enum SmallFile {
  /// Why a file could not be read, as a clause.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// The bytes of a regular file of at most `limit` bytes.
  static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
    // O_NONBLOCK: opening a pipe must not wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Failure(description: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(description: "is no regular file")
    }
    guard status.st_size <= limit else { throw Failure(description: "is larger than \(limit) bytes") }
    let size = Int(status.st_size)
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
      while count < size {
        let received = Glibc.read(descriptor, buffer.baseAddress! + count, size - count)
        if received <= 0 { break }
        count += received
      }
      initialized = count
    }
    guard count == size else { throw Failure(description: "could not be read to its end") }
    return bytes
  }

  /// Whether there is something at `path`.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
