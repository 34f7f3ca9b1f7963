internal import LibC

/// What tells a file from others, whatever its path.
public struct FileIdentity: Sendable, Hashable {
  private let device: UInt
  private let number: UInt

  /// The identity of a file or folder; nil where there is none at the path.
  public init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    device = UInt(status.st_dev)
    number = UInt(status.st_ino)
  }
}

/// Where a file would be written: `a.png` and `./a.png` are one place, whether there is such a file or not.
public struct FilePlace: Sendable, Hashable {
  private let folder: FileIdentity?
  private let name: String

  /// The place of a path.
  public init(_ path: String) {
    // The nearest folder that is there, as others may have to be made first.
    var parts = path.split(separator: "/")[...]
    var name: [Substring] = []
    var folder: FileIdentity?
    while folder == nil, let last = parts.popLast() {
      name.append(last)
      let start = path.hasPrefix("/") ? "/" : "./"
      folder = FileIdentity(start + parts.joined(separator: "/"))
    }
    self.folder = folder
    self.name = name.reversed().joined(separator: "/")
  }
}
