import ArgumentParser
import Saliency

/// What is compared in one figure.
struct ComparisonOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Compare methods in one figure, a row each: names joined by commas, such as gradient,guided,rectified.",
      valueName: "methods"), completion: .methods)
  var compare: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Compare targets in one figure, a column each, every one explained by itself: a target such as top:5, 281,285 or a list of names.",
      valueName: "target"), completion: .target)
  var compareTargets: String?

  var isAsked: Bool { compare != nil || compareTargets != nil }

  func validate() throws {
    try Usage.check {
      _ = try methods()
      _ = try targets()
    }
  }

  /// What is typed for the methods; nil where the question's is meant.
  var names: [String]? {
    compare?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  /// The methods to be compared; nil where the question's is meant.
  func methods() throws -> [Saliency.Method]? {
    guard let names else { return nil }
    let named = names.map { CatalogSpecification($0, in: Saliency.Method.catalog) }
    if let twice = named.repeated { throw ValidationError("--compare names '\(twice.text)' twice") }
    return try named.map { try Saliency.Method(parsing: $0.text) }
  }

  func targets() throws -> Target? { try compareTargets.map { try Target(parsing: $0) } }
}
