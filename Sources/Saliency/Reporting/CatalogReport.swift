/// What is told of something that is chosen by name, with options.
public struct CatalogEntryReport: Report {
  /// An option.
  public struct Option: Report {
    /// The option's name.
    public let name: String
    /// The value where none is given.
    public let standard: String
    /// What it is, in a few words.
    public let summary: String
  }

  /// The name.
  public let name: String
  /// Other names that are in use.
  public let aliases: [String]
  /// One line about it.
  public let summary: String
  /// Its options.
  public let options: [Option]

  /// What is told of an entry.
  public init(_ entry: some CatalogEntry) {
    (name, aliases, summary) = (entry.name, entry.aliases, entry.summary)
    options = entry.options.map { Option(name: $0.name, standard: $0.standard, summary: $0.summary) }
  }
}

/// What is told of all methods: what `methods --json` prints.
public struct MethodsReport: Report {
  /// The methods, in the order in which they are listed.
  public let methods: [CatalogEntryReport]

  /// The built-in methods.
  public init() { methods = Method.catalog.map { CatalogEntryReport($0) } }
}

/// What is told of all metrics: what `metrics --json` prints.
public struct MetricsReport: Report {
  /// The metrics, in the order in which they are listed.
  public let metrics: [CatalogEntryReport]

  /// The built-in metrics.
  public init() { metrics = MetricEntry.catalog.map { CatalogEntryReport($0) } }
}
