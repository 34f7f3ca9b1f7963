import FoundationEssentials

/// The code that knows no format of models.
public enum NeutralSources {
  /// The capitalized words that stand as literals of their own in the code, such as "Conv", each with the files that have it.
  public static func words() throws -> [String: Set<String>] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources").path
    var words: [String: Set<String>] = [:]
    for folder in ["SaliencyCore", "Saliency", "SaliencyCommand"] {
      for file in try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(folder)")
      where file.hasSuffix(".swift") {
        let source = try String(contentsOfFile: "\(root)/\(folder)/\(file)", encoding: .utf8)
        for line in source.split(separator: "\n") where !line.drop(while: { $0 == " " }).hasPrefix("//") {
          for match in line.matches(of: /"([A-Z][A-Za-z0-9]+)"/) {
            words[String(match.1), default: []].insert(file)
          }
        }
      }
    }
    return words
  }
}
