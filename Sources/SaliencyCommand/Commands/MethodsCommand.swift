import ArgumentParser
import Saliency

struct MethodsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods", abstract: "Lists the attribution methods and their options.")

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func run() throws {
    try StandardOutput.print(json ? MethodsReport().json() : Catalog.text(Saliency.Method.catalog))
  }
}

struct MetricsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "Lists the metrics of 'evaluate' and their options.")

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func run() throws {
    try StandardOutput.print(json ? MetricsReport().json() : Catalog.text(MetricEntry.catalog))
  }
}

/// Lists of what is chosen by name.
private enum Catalog {
  static func text(_ entries: [some CatalogEntry]) -> String {
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
