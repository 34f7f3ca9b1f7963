internal import FileAccess

/// The files of some kinds in a folder and in the folders below it.
public struct FolderTree: Sendable {
  /// The paths below the folder, in the order of their bytes; hidden files and folders are passed over.
  public let paths: [String]
  /// The links to a folder that they lie in themselves, by their paths below the folder; they are not followed.
  public let circles: [String]

  /// Looks for files.
  ///
  /// - Parameters:
  ///   - folder: where.
  ///   - pathExtensions: the endings of the names that are wanted, in small letters and without the point.
  /// - Throws: `SaliencyError` where the folder, or one below it, cannot be read.
  public init(_ folder: String, pathExtensions: [String]) throws(SaliencyError) {
    do throws(Folder.Failure) {
      let tree = try Folder.tree(in: folder)
      let endings = pathExtensions.map { "." + $0 }
      paths = tree.files.filter { path in
        let name = path.lowercased()
        return endings.contains { name.hasSuffix($0) }
      }
      circles = tree.circles
    } catch {
      throw SaliencyError(.unreadable, error.description, file: folder)
    }
  }
}
