internal import Saliency

extension DataSet {
  /// The same images with their masks in a folder, and without those images that are such masks themselves.
  ///
  /// The mask of `bird/one.jpg` is called `bird/one.png` or `bird/one-mask.png` below the folder, or without the folder `bird`, with any ending
  /// that images and tensors have.
  ///
  /// - Throws: `SaliencyError` where the folder cannot be read, or no image has a mask in it.
  func masked(by folder: String) throws(SaliencyError) -> DataSet {
    let folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    let files = try FolderTree(folder, pathExtensions: InputContents.pathExtensions).paths
    var byName: [[UInt8]: String] = [:]
    // The first ending counts where there are several.
    for file in files.reversed() { byName[Array(file.withoutEnding.utf8)] = file }
    let isSameFolder = FileIdentity(folder) == FileIdentity(root) && FileIdentity(root) != nil
    var (masked, masks) = (self, Set<[UInt8]>())
    for index in entries.indices where entries[index].mask == nil {
      let name = entries[index].path.withoutEnding
      let short = name.split(separator: "/").dropFirst().joined(separator: "/")
      let names =
        [name + "-mask", name + "_mask"] + (isSameFolder ? [] : [name])
        + (short.isEmpty ? [] : [short, short + "-mask", short + "_mask"])
      guard let file = names.lazy.compactMap({ byName[Array($0.utf8)] }).first else { continue }
      masked.entries[index].mask = isSameFolder ? file : absolutePath(folder) + "/" + file
      if isSameFolder { masks.insert(Array(file.utf8)) }
    }
    guard masked.entries.contains(where: { $0.mask != nil }) else {
      throw SaliencyError(
        .unreadable,
        "no image has a mask in it; that of '\(ReportText.printable(entries[0].path))' would be called "
          + "'\(ReportText.printable(entries[0].path.withoutEnding)).png'", file: folder)
    }
    masked.entries.removeAll { masks.contains(Array($0.path.utf8)) }
    return masked
  }
}

extension String {
  /// The path without the ending of its last name.
  var withoutEnding: String {
    guard let dot = lastIndex(of: "."), dot > (lastIndex(of: "/") ?? startIndex) else { return self }
    return String(self[..<dot])
  }
}
