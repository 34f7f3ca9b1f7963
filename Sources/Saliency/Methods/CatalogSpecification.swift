internal import FileAccess

/// A method or a metric as it is typed: `NAME`, or `NAME:OPTION=VALUE:…`.
public struct CatalogSpecification: Sendable, Hashable {
  /// The name as the list has it, whichever of its names was typed; as typed where there is none.
  public let name: String
  private var options: [String]
  private let takesSeed: Bool

  /// Takes a text apart; whether names and values are right is seen when it is parsed.
  ///
  /// - Parameters:
  ///   - text: what was typed.
  ///   - entries: the list that the name is from, such as `Method.catalog`.
  public init(_ text: String, in entries: [some CatalogEntry]) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(\.trimmingSpaces)
    let entry = entries.first { $0.isCalled(parts[0]) }
    name = entry?.name ?? parts[0]
    options = Array(parts.dropFirst())
    takesSeed = entry?.options.contains { $0.name == "seed" } ?? false
  }

  /// As it is parsed.
  public var text: String { ([name] + options).joined(separator: ":") }

  /// Whether a value is given to an option.
  public func sets(_ option: String) -> Bool {
    options.contains { LooseName($0.prefix { $0 != "=" }) == LooseName(option) }
  }

  /// The same with a seed, where it takes one and has none.
  public func seeded(_ seed: Int) -> CatalogSpecification {
    guard takesSeed, !sets("seed") else { return self }
    var result = self
    result.options.append("seed=\(seed)")
    return result
  }
}

extension [CatalogSpecification] {
  /// The first that stands in the list more than once.
  public var repeated: CatalogSpecification? { first { one in count { $0 == one } > 1 } }
}
