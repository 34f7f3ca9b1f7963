import ArgumentParser
import Saliency

struct MethodsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods", abstract: "Lists the attribution methods and their options.")

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  /// What `--json` prints of a method.
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

    init(_ entry: MethodEntry) {
      (name, aliases, summary) = (entry.name, entry.aliases, entry.summary)
      options = entry.options.map { Option(name: $0.name, standard: $0.standard, summary: $0.summary) }
    }
  }

  func run() throws {
    let entries = Saliency.Method.catalogue
    try StandardOutput.print(json ? JSON.text(["methods": entries.map(Report.init)]) : Self.text(entries))
  }

  private static func text(_ entries: [MethodEntry]) -> String {
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
