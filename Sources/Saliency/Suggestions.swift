import SaliencyCore

/// The names most like one that was not found, for error messages.
public enum Suggestions {
  /// Up to `count` of `candidates`, nearest first, without those that have little in common with `name`.
  static func nearest(to name: String, in candidates: some Collection<String>, count: Int = 3) -> [String] {
    guard !name.isEmpty else { return [] }
    let wanted = Array(name.lowercased().utf8.prefix(128))
    let scored = candidates.lazy.prefix(20_000).map { candidate -> (name: String, distance: Int) in
      let other = Array(candidate.lowercased().utf8.prefix(128))
      let isPart = candidate.lowercased().contains(name.lowercased())
      return (candidate, isPart ? 0 : distance(wanted, other))
    }
    return scored.filter { $0.distance <= max(2, wanted.count / 2) }.sorted { $0.distance < $1.distance }
      .prefix(count).map(\.name)
  }

  /// "; did you mean 'a', 'b'?", or nothing where none is like the name.
  public static func sentence(for name: String, in candidates: some Collection<String>) -> String {
    let names = nearest(to: name, in: candidates)
    return names.isEmpty
      ? "" : "; did you mean " + names.map { "'\($0.printable())'" }.joined(separator: ", ") + "?"
  }

  /// The same, or where nothing is near, what there is of a few: "; its inputs are 'a', 'b'".
  static func sentence(for name: String, in candidates: [String], listing kind: String) -> String {
    let near = sentence(for: name, in: candidates)
    guard near.isEmpty, candidates.count <= 8 else { return near }
    return "; its \(kind) are " + candidates.map { "'\($0.printable())'" }.joined(separator: ", ")
  }

  /// The Levenshtein distance.
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let substituted = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
