import FileAccess
import Saliency

/// A method or a metric as it is typed: `NAME`, or `NAME:OPTION=VALUE:…`.
struct Specification: Hashable {
  /// The name as the list has it, whichever of its names was typed; as typed where there is none.
  let name: String
  private var options: [String]

  init(_ text: String, in entries: [some CatalogueEntry]) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(\.trimmingSpaces)
    let entry = entries.first { $0.isCalled(parts[0]) }
    name = entry?.name ?? parts[0]
    options = Array(parts.dropFirst())
    takesSeed = entry?.options.contains { $0.name == "seed" } ?? false
  }

  private let takesSeed: Bool

  /// As it is parsed.
  var text: String { ([name] + options).joined(separator: ":") }

  /// Whether a value is given to an option.
  func sets(_ option: String) -> Bool {
    options.contains { LooseName($0.prefix { $0 != "=" }) == LooseName(option) }
  }

  /// The same with a seed, where it takes one and has none.
  func seeded(_ seed: Int) -> Specification {
    guard takesSeed, !sets("seed") else { return self }
    var result = self
    result.options.append("seed=\(seed)")
    return result
  }
}

extension [Specification] {
  /// The first that stands in the list more than once.
  var repeated: Specification? { first { one in count { $0 == one } > 1 } }
}
