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

  /// The paths of the regular files in a folder and in those below it, and of links to such, in the order of their bytes; hidden ones
  /// are passed over. Links to a folder that they lie in are told apart, and not followed.
  package static func tree(in root: String) throws(Failure) -> (files: [String], circles: [String]) {
    var found: (files: [String], circles: [String]) = ([], [])
    var open: [(path: String, above: [Place])] = [("", [])]
    while let (path, above) = open.popLast() {
      let folder = path.isEmpty ? root : root + "/" + path
      guard let place = Place(folder) else {
        throw Failure(description: failure("opened", path))
      }
      guard !above.contains(place) else {
        found.circles.append(path)
        continue
      }
      for (name, kind) in try entries(of: folder, called: path) {
        let entry = path.isEmpty ? name : path + "/" + name
        switch kind ?? Folder.kind(of: folder + "/" + name) {
        case S_IFREG: found.files.append(entry)
        case S_IFDIR: open.append((entry, above + [place]))
        // A link that leads nowhere, or round and round, is told as a file that cannot be read.
        case nil: found.files.append(entry)
        default: break
        }
      }
    }
    func inOrder(_ paths: [String]) -> [String] {
      paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
    return (inOrder(found.files), inOrder(found.circles))
  }

  /// What tells a folder from others.
  private struct Place: Equatable {
    let device: UInt
    let number: UInt

    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      (device, number) = (UInt(status.st_dev), UInt(status.st_ino))
    }
  }

  /// The names in a folder, with their kinds where the folder itself says them; hidden ones are passed over.
  private static func entries(
    of path: String, called name: String
  ) throws(Failure) -> [(name: String, kind: mode_t?)] {
    guard let folder = opendir(path) else { throw Failure(description: failure("opened", name)) }
    defer { closedir(folder) }
    var entries: [(name: String, kind: mode_t?)] = []
    while true {
      errno = 0
      guard let entry = readdir(folder) else { break }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      guard !name.hasPrefix(".") else { continue }
      let kind: mode_t? =
        switch Int(entry.pointee.d_type) {
        case Int(DT_REG): S_IFREG
        case Int(DT_DIR): S_IFDIR
        default: nil
        }
      entries.append((name, kind))
    }
    guard errno == 0 else { throw Failure(description: failure("read", name)) }
    return entries
  }

  /// What the system said last, of a folder that is called by its path below another.
  private static func failure(_ verb: String, _ name: String) -> String {
    let reason = String(cString: strerror(errno))
    return "the folder \(name.isEmpty ? "" : "'\(name)' in it ")cannot be \(verb): \(reason)"
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
