internal import Saliency

/// The images that an audit is about, with what is said of each.
public struct DataSet: Sendable {
  /// How the images are arranged.
  public enum Arrangement: String, Sendable, Codable {
    /// A folder a class.
    case classFolders = "a folder a class"
    /// All in one folder; nobody says their classes.
    case flat = "one folder"
    /// A table of paths.
    case table = "a table"
  }

  /// An image.
  public struct Entry: Sendable, Hashable {
    /// The path below ``DataSet/root``.
    public let path: String
    /// The name or the index of the class that it shows; nil where nobody says it.
    public let className: String?
    /// The path of the mask of what it shows; nil where there is none. Below ``DataSet/root`` unless it begins with a slash.
    public var mask: String?
  }

  /// The folder that paths are relative to.
  public let root: String
  /// How the images are arranged.
  public let arrangement: Arrangement
  /// The images, in the order of their paths' bytes.
  public internal(set) var entries: [Entry]
  /// Links to a folder that they lie in themselves, which were not followed.
  public let circles: [String]

  /// Finds the images of a data set.
  ///
  /// - Parameter path: a folder with a folder a class, a folder of images, or a table (`.csv`, `.tsv`, `.jsonl`) with the columns `path`, and
  ///   where they are known `label` and `mask`. Paths in it are relative to the folder that it lies in.
  /// - Throws: `SaliencyError` where it cannot be read, has no images, or is none of these.
  public init(_ path: String) throws {
    if InputContents.isFolder(path) {
      try self.init(folder: path)
    } else {
      try self.init(table: path)
    }
  }

  init(
    root: String, _ arrangement: Arrangement, _ entries: [Entry], circles: [String] = []
  ) throws(SaliencyError) {
    (self.root, self.arrangement, self.circles) = (root, arrangement, circles)
    self.entries = entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    guard !entries.isEmpty else {
      throw SaliencyError(
        .unreadable,
        "there are no images; those in the folder and below it are read, as "
          + InputContents.pathExtensions.map { "." + $0 }.joined(separator: " "), file: root)
    }
  }

  /// Where a path of an entry leads.
  func location(of path: String) -> String { path.hasPrefix("/") ? path : root + "/" + path }
}
