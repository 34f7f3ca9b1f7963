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
    guard stat(folder, &status) == 0 else {
      throw Failure(
        description: "the folder '\(folder)' cannot be found: \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw Failure(description: "'\(folder)' is not a folder")
    }
    guard access(folder, W_OK | X_OK) == 0 else {
      throw Failure(
        description: "the folder '\(folder)' cannot be written to: \(String(cString: strerror(errno)))")
    }
  }

  /// Writes `bytes` to a temporary file in the same folder and renames it, so that nobody sees half of it, nor finds it
  /// after the process is killed; what is no regular file, such as a pipe, is written to as it is.
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
    let path = resolved(path)
    let folder = folder(of: path)
    let temporary = "\(folder)/.saliency-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    // A file without a name, which goes with the process, where the file system has such.
    var descriptor = open(folder, unnamed | O_WRONLY | O_CLOEXEC, 0o666)
    let isNamed = descriptor < 0
    if isNamed { descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw Failure(description: String(cString: strerror(errno))) }
    let isWritten =
      Streams.write(bytes, to: descriptor)
      && (isNamed
        || linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, temporary, AT_SYMLINK_FOLLOW) == 0)
    let writeError = errno
    guard close(descriptor) == 0, isWritten, rename(temporary, path) == 0 else {
      let reason = String(cString: strerror(isWritten ? errno : writeError))
      unlink(temporary)
      throw Failure(description: reason)
    }
  }

  /// `O_TMPFILE`, a macro that Swift does not import.
  private static let unnamed: Int32 = 0o20_000_000 | O_DIRECTORY

  /// The file that is meant where `path` is a symbolic link to one.
  private static func resolved(_ path: String) -> String {
    guard let target = realpath(path, nil) else { return path }
    defer { free(target) }
    return String(cString: target)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
