internal import Saliency

extension DataSet {
  /// The images in a folder: with a class for each folder in it, or all without one.
  init(folder: String) throws(SaliencyError) {
    let root = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    let tree = try FolderTree(root, pathExtensions: InputContents.pathExtensions)
    let direct = tree.paths.count { !$0.utf8.contains(UInt8(ascii: "/")) }
    guard direct == 0 || direct == tree.paths.count else {
      throw SaliencyError(
        .invalidFile,
        "it has \(direct) images and, in folders, \(tree.paths.count - direct) more; give a folder with a folder a class, or one that has "
          + "images alone, or a table", file: root)
    }
    let entries = tree.paths.map { path in
      Entry(
        path: path, className: direct == 0 ? path.split(separator: "/").first.map(String.init) : nil,
        mask: nil)
    }
    try self.init(root: root, direct == 0 ? .classFolders : .flat, entries, circles: tree.circles)
  }
}
