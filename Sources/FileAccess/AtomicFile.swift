import Glibc

/// Writes files whole or not at all.
package enum AtomicFile {
  /// Why a file cannot be written, as a clause that follows its path.
  package struct Failure: Error, CustomStringConvertible {
    /// Such as "No space left on device".
    package let description: String
  }

  /// Throws unless a file can be written at `path`.
  package static func check(_ path: String) throws(Failure) {
    var status = stat()
    if stat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR {
        throw Failure(description: "is a folder; give the name of a file")
      }
      guard access(path, W_OK) == 0 else { throw Failure(description: String(cString: strerror(errno))) }
      if status.st_mode & S_IFMT != S_IFREG { return }
    }
    let folder = folder(of: path)
    guard access(folder, W_OK | X_OK) == 0 else {
      throw Failure(
        description: "the folder '\(folder)' cannot be written to: \(String(cString: strerror(errno)))")
    }
  }

  /// Writes `bytes` to a temporary file in the same folder and renames it, so that nobody sees half of it; what is no
  /// regular file, such as a pipe, is written to as it is.
  package static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      let descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw Failure(description: String(cString: strerror(errno))) }
      defer { close(descriptor) }
      guard Streams.write(bytes, to: descriptor) else {
        throw Failure(description: String(cString: strerror(errno)))
      }
      return
    }
    var template = Array((folder(of: path) + "/.saliency-XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw Failure(description: String(cString: strerror(errno))) }
    let mask = umask(0)
    umask(mask)
    fchmod(descriptor, 0o666 & ~mask)
    let isWritten = Streams.write(bytes, to: descriptor)
    let writeError = errno
    guard close(descriptor) == 0, isWritten, rename(template, path) == 0 else {
      let reason = String(cString: strerror(isWritten ? errno : writeError))
      unlink(template)
      throw Failure(description: reason)
    }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
