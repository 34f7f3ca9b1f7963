import LibC

/// Folders of files.
package enum Folder {
  /// Why a folder cannot be listed or made, as a clause that follows its path.
  package struct Failure: Error, CustomStringConvertible {
    /// Such as "the folder cannot be opened: Permission denied".
    package let description: String
  }

  /// Whether there is a folder at `path`, or a link to one.
  package static func exists(_ path: String) -> Bool { kind(of: path) == S_IFDIR }

  /// The names of the regular files in a folder, and of links to such, in order; hidden ones are passed over, and what lies deeper.
  package static func fileNames(in path: String) throws(Failure) -> [String] {
    guard let folder = opendir(path) else {
      throw Failure(description: "the folder cannot be opened: \(String(cString: strerror(errno)))")
    }
    defer { closedir(folder) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(folder) else { break }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if !name.hasPrefix("."), kind(of: path + "/" + name) == S_IFREG { names.append(name) }
    }
    guard errno == 0 else {
      throw Failure(description: "the folder cannot be read: \(String(cString: strerror(errno)))")
    }
    return names.sorted()
  }

  /// Makes a folder in one that is there, unless it is there itself.
  package static func make(_ path: String) throws(Failure) {
    guard mkdir(path, 0o777) != 0, !exists(path) else { return }
    throw Failure(description: "the folder cannot be made: \(String(cString: strerror(errno)))")
  }

  private static func kind(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }
}
