import FoundationEssentials

/// What sources import.
public enum SourceImports {
  /// The modules that the sources of a folder of the package import, each with the files that do, by their paths in the folder.
  public static func modules(in folder: String) throws -> [String: [String]] {
    let root = #filePath.split(separator: "/Tests/", maxSplits: 1)[0]
    var imports: [String: [String]] = [:]
    for file in try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(folder)")
    where file.hasSuffix(".swift") {
      let source = try String(contentsOfFile: "\(root)/\(folder)/\(file)", encoding: .utf8)
      for line in source.split(separator: "\n") {
        let pattern =
          /^\s*(?:@\w+\s+)*(?:\w+\s+)?import\s+(?:(?:struct|enum|class|protocol|func|var|let|typealias)\s+)?(\w+)/
        if let match = line.prefixMatch(of: pattern) { imports[String(match.1), default: []].append(file) }
      }
    }
    return imports
  }
}
