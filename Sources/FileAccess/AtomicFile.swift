import LibC

/// Writes files whole or not at all.
package enum AtomicFile {
  /// Why a file cannot be written, as a clause that follows its path.
  package struct Failure: Error, CustomStringConvertible {
    /// Such as "No space left on device".
    package let description: String

    /// What the system said last.
    fileprivate static var current: Failure { Failure(description: String(cString: strerror(errno))) }
  }

  /// Throws unless a file can be written at `path`.
  package static func check(_ path: String) throws(Failure) {
    var status = stat()
    if stat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR {
        throw Failure(description: "is a folder; give the name of a file")
      }
      guard access(path, W_OK) == 0 else { throw .current }
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
    try write(to: path) { file throws(Failure) in try file.append(bytes) }
  }

  /// What is written to a file, piece by piece.
  package struct Writer: ~Copyable {
    fileprivate let descriptor: Int32

    /// Appends bytes; throws where the system refuses.
    package func append(_ bytes: [UInt8]) throws(Failure) {
      guard Streams.write(bytes, to: descriptor) else { throw .current }
    }

    /// Appends bytes; throws where the system refuses.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
      guard Streams.write(bytes, to: descriptor) else { throw .current }
    }
  }

  /// Writes what `body` appends, piece by piece, in the same way; nothing is left where it throws.
  package static func write(
    to path: String, _ body: (borrowing Writer) throws(Failure) -> Void
  ) throws(Failure) {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      let descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw .current }
      defer { close(descriptor) }
      try body(Writer(descriptor: descriptor))
      return
    }
    let path = resolved(path)
    let folder = folder(of: path)
    let temporary = "\(folder)/.saliency-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    // A file without a name, which goes with the process, where the file system has such.
    var descriptor = open(folder, unnamed | O_WRONLY | O_CLOEXEC, 0o666)
    let isNamed = descriptor < 0
    if isNamed { descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw .current }
    do throws(Failure) {
      try body(Writer(descriptor: descriptor))
      let isThere =
        isNamed
        || linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, temporary, AT_SYMLINK_FOLLOW) == 0
      guard isThere else { throw .current }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    guard close(descriptor) == 0, rename(temporary, path) == 0 else {
      let failure = Failure.current
      unlink(temporary)
      throw failure
    }
  }

  /// Removes a file, if it is there.
  package static func remove(_ path: String) {
    unlink(path)
  }

  /// `O_TMPFILE`, a macro that Swift does not import.
  private static let unnamed: Int32 = 0o20_000_000 | O_DIRECTORY

  /// The file that is meant where `path` is a symbolic link to one.
  private static func resolved(_ path: String) -> String {
    guard let target = realpath(path, nil) else { return path }
    defer { free(target) }
    return String(cString: target)
  }

  /// The folder of a path.
  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
