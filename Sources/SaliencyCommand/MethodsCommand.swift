import ArgumentParser
import Saliency

struct MethodsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods", abstract: "Lists the attribution methods and their options.")

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func run() throws { try Catalogue.print(Saliency.Method.catalogue, named: "methods", isJSON: json) }
}

struct MetricsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "Lists the metrics of 'evaluate' and their options.")

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func run() throws { try Catalogue.print(MetricEntry.catalogue, named: "metrics", isJSON: json) }
}

/// Lists of what is chosen by name.
private enum Catalogue {
  /// What `--json` prints of an entry.
  private struct Report: Encodable {
    struct Option: Encodable {
      let name: String
      let standard: String
      let summary: String
    }

    let name: String
    let aliases: [String]
    let summary: String
    let options: [Option]

    init(_ entry: some CatalogueEntry) {
      (name, aliases, summary) = (entry.name, entry.aliases, entry.summary)
      options = entry.options.map { Option(name: $0.name, standard: $0.standard, summary: $0.summary) }
    }
  }

  static func print(_ entries: [some CatalogueEntry], named name: String, isJSON: Bool) throws {
    try StandardOutput.print(isJSON ? JSON.text([name: entries.map { Report($0) }]) : text(entries))
  }

  private static func text(_ entries: [some CatalogueEntry]) -> String {
    var rows: [[String]] = []
    for entry in entries {
      let aliases = entry.aliases.isEmpty ? "" : " (also \(entry.aliases.joined(separator: ", ")))"
      rows.append([entry.name, entry.summary + aliases])
      for option in entry.options {
        rows.append(["  :\(option.name)=\(option.standard)", option.summary])
      }
    }
    return Table.rows(rows)
  }
}
