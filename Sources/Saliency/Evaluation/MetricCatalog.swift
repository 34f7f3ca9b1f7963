/// A built-in metric as it is chosen by name.
public struct MetricEntry: CatalogEntry {
  public let name: String
  public let aliases: [String]
  public let summary: String
  public let options: [CatalogOption]
  private let make: @Sendable (CatalogOptions) throws(SaliencyError) -> any ExplanationMetric

  init(
    _ name: String, aliases: [String] = [], _ summary: String, options: [CatalogOption] = [],
    make: @escaping @Sendable (CatalogOptions) throws(SaliencyError) -> any ExplanationMetric
  ) {
    (self.name, self.aliases, self.summary, self.options, self.make) = (name, aliases, summary, options, make)
  }

  /// The built-in metrics, in the order in which they are listed.
  public static let catalog: [MetricEntry] = [
    Insertion.entry, Deletion.entry, RemoveAndDebias.entry, SensitivityN.entry, Infidelity.entry,
    MaxSensitivity.entry, PointingGame.entry, MassInsideMask.entry, Sparseness.entry, Complexity.entry,
    ModelRandomization.entry,
  ]

  /// A built-in metric as people write it: `NAME`, or with parameters `NAME:OPTION=VALUE:OPTION=VALUE`, such as `deletion:steps=100`.
  ///
  /// - Throws: `SaliencyError` where there is no such metric or option, or a value is out of its range.
  public static func metric(parsing text: String) throws(SaliencyError) -> any ExplanationMetric {
    let (entry, options) = try CatalogOptions.parse(text, of: "metric", in: catalog)
    return try entry.make(options)
  }
}

extension CatalogOption {
  /// The option of curves.
  static let steps = CatalogOption(
    name: "steps", standard: "50", summary: "points of the curve beside its start")
}

extension CatalogOptions {
  /// Yes or no.
  func truth(_ name: String) throws(SaliencyError) -> Bool {
    switch word(name) {
    case "yes": return true
    case "no": return false
    default: throw invalid(name, "yes or no")
    }
  }
}
