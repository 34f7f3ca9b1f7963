internal import FoundationEssentials

/// The path from the root of the file system.
func absolutePath(_ path: String) -> String {
  guard !path.hasPrefix("/") else { return path }
  let current = FileManager.default.currentDirectoryPath
  return path == "." ? current : current + "/" + (path.hasPrefix("./") ? String(path.dropFirst(2)) : path)
}
