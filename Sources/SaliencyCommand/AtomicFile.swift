import Glibc

/// Writes files whole or not at all.
enum AtomicFile {
  /// Throws unless a file can be written at `path`.
  static func check(_ path: String) throws(Failure) {
    var status = stat()
    if stat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR { throw failure(path, "is a folder; give the name of a file") }
      guard access(path, W_OK) == 0 else { throw failure(path, String(cString: strerror(errno))) }
      if status.st_mode & S_IFMT != S_IFREG { return }
    }
    let folder = folder(of: path)
    guard access(folder, W_OK | X_OK) == 0 else {
      throw failure(path, "the folder '\(folder)' cannot be written to: \(String(cString: strerror(errno)))")
    }
  }

  /// Writes `bytes` to a temporary file in the same folder and renames it, so that nobody sees half of it; what is no
  /// regular file, such as a pipe, is written to as it is.
  static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      let descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw failure(path, String(cString: strerror(errno))) }
      defer { close(descriptor) }
      guard Streams.write(bytes, to: descriptor) else {
        throw failure(path, String(cString: strerror(errno)))
      }
      return
    }
    var template = Array((folder(of: path) + "/.saliency-XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw failure(path, String(cString: strerror(errno))) }
    let mask = umask(0)
    umask(mask)
    fchmod(descriptor, 0o666 & ~mask)
    let isWritten = Streams.write(bytes, to: descriptor)
    let writeError = errno
    guard close(descriptor) == 0, isWritten, rename(template, path) == 0 else {
      let reason = String(cString: strerror(isWritten ? errno : writeError))
      unlink(template)
      throw failure(path, reason)
    }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func failure(_ path: String, _ reason: String) -> Failure {
    Failure("\(path): cannot be written: \(reason)", exitCode: Failure.cannotWrite)
  }
}
