import Saliency

/// The results of an evaluation, as they are told, drawn and written.
struct EvaluationSummary {
  /// What was found out about one method's explanation of one item.
  struct Row {
    let item: EvaluationItem
    let method: String
    let evaluation: Evaluator.Evaluation
  }

  let model: Model
  let target: String
  let seed: Int
  let methods: [String]
  let metrics: [any ExplanationMetric]
  let itemCount: Int
  /// All items of the first method, then those of the next.
  let rows: [Row]

  private var table: EvaluationTable {
    EvaluationTable(
      methods: methods, metrics: metrics,
      evaluations: methods.indices.map { method in
        rows[method * itemCount..<(method + 1) * itemCount].map(\.evaluation.values)
      })
  }

  func write(to outputs: [EvaluationOutput], isJSON: Bool, isQuiet: Bool) throws {
    let table = table
    for output in outputs {
      switch output.form {
      case .csv: try output.write(Array(csv.utf8))
      case .json: try output.write(Array((try report(table).json() + "\n").utf8))
      case .image(let format):
        let title = "\(model.name), \(count), target \(target)"
        try output.write(try table.figure(title: title).encoded(as: format))
      }
    }
    guard isJSON || !isQuiet else { return }
    try StandardOutput.print(isJSON ? report(table).json() : text(table, outputs))
  }

  private func report(_ table: EvaluationTable) -> EvaluationReport {
    EvaluationReport(
      rows.map { row in
        .init(
          input: row.item.file.path, item: row.item.position ?? 0, method: row.method,
          evaluation: row.evaluation)
      }, table: table, of: model, target: target, seed: seed)
  }

  private var count: String { "\(itemCount) input" + (itemCount == 1 ? "" : "s") }

  private func text(_ table: EvaluationTable, _ outputs: [EvaluationOutput]) -> String {
    let arrows: [MetricPreference: String] = [.higher: " ↑", .lower: " ↓", .none: ""]
    let header = [""] + metrics.map { $0.name + arrows[$0.preference]! }
    let lines = zip(methods, table.means).map { method, means in
      [method] + means.map { $0.map { Float($0.value).text } ?? "–" }
    }
    var text = ["model      \(model.path)", "evaluated  \(count), target \(target), seed \(seed)"]
    for row in rows.prefix(min(itemCount, 8)) {
      text.append(
        "explained  \(row.item.title): "
          + row.evaluation.units.map { UnitReport($0).text }.joined(separator: "; "))
    }
    if itemCount > 8 { text.append("           and \(itemCount - 8) more") }
    text += ["", Table.rows([header] + lines)]
    if !outputs.isEmpty { text.append("") }
    text += outputs.map { "wrote      \($0.path)" }
    return text.joined(separator: "\n")
  }

  /// A line for each input and method.
  private var csv: String {
    var lines = [["input", "item", "target", "method"] + metrics.map(\.name)]
    for row in rows {
      let units = row.evaluation.units.map { $0.name ?? "\($0.index)" }.joined(separator: "; ")
      lines.append(
        [row.item.file.path, "\(row.item.position ?? 0)", units, row.method]
          + row.evaluation.values.map { $0.map { "\($0.value)" } ?? "" })
    }
    return lines.map { $0.map(Self.quoted).joined(separator: ",") + "\n" }.joined()
  }

  /// A field of a CSV file (RFC 4180).
  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}

extension EvaluationItem {
  /// The input's path, with the position in its batch.
  var title: String { file.title + (position.map { ", item \($0)" } ?? "") }
}
