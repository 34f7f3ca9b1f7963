internal import FileAccess
internal import LibC

/// The right to write to a place, which one process at a time has. It ends with this value, or with the process.
public final class FileLock: Sendable {
  private let descriptor: Int32

  /// Takes the right, unless another has it.
  ///
  /// - Parameter path: a file that stands for the place; it is made where it is missing, and stays.
  /// - Returns: nil where another process, or another value of this one, has it.
  /// - Throws: `SaliencyError` with the code `unwritable` where the file cannot be made.
  public init?(_ path: String) throws(SaliencyError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw SaliencyError(.unwritable, "cannot be written: \(String(cString: strerror(errno)))", file: path)
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) != 0 else { return }
    let failure = errno
    guard failure == EWOULDBLOCK else {
      throw SaliencyError(.unwritable, "cannot be locked: \(String(cString: strerror(failure)))", file: path)
    }
    return nil
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
