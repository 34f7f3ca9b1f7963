import Saliency

/// One input with its attributions by several methods or for several targets.
struct Comparison: WritableResult {
  let input: InputFile
  let loaded: PreparedInput
  /// A row for each method, of one attribution for each target.
  let rows: [[Attribution]]
  let target: String?
  /// The files that it depends on, and how it is drawn; nil where nothing makes it again.
  let files: ResultFiles?
  /// The methods that are compared, as people write them; nil where it is one.
  let methods: [String]?
  /// The targets that are compared; nil where it is one.
  let targets: Target?
  /// The checks of each attribution; nil where none were asked for.
  var checks: [[[AttributionCheck]]]?
  /// What is told of a token that has a row of numbers.
  var tokenMeasure = TokenMeasure.sum

  private var explanations: [[Explanation]] {
    rows.enumerated().map { row, attributions in
      attributions.enumerated().map { column, attribution in
        Explanation(
          input: input, loaded: loaded, files: files, attribution: attribution, target: target,
          checks: checks?[row][column], tokenMeasure: tokenMeasure
        )
      }
    }
  }

  var report: ComparisonReport {
    ComparisonReport(explanations.map { $0.map(\.report) }, input: input.path, recipe: recipe)
  }

  var numbers: Tensor? { nil }

  var title: String {
    let methods = rows.compactMap(\.first?.provenance.methodSpecification).joined(separator: ", ")
    return "\(methods) of \(input.title) by \(rows.first?.first?.provenance.model.name ?? "")"
  }

  var recipe: Recipe? {
    guard var recipe = explanations.first?.first?.recipe else { return nil }
    let named = rows.joined().flatMap { $0.units.joined() }.compactMap { unit in
      unit.name.map { ("\(unit.index)", $0) }
    }
    recipe.classes = Dictionary(named) { first, _ in first }
    (recipe.compare, recipe.compareTargets) = (methods, targets?.description)
    if targets != nil { recipe.question.target = nil }
    return recipe
  }

  func image(_ drawing: ResultWriter.Drawing) throws -> any WritableImage {
    try drawing.sized(
      Figure(comparing: rows, style: drawing.style, showsImage: drawing.kind != .heatmap)
    )
  }

  func text(_ report: ComparisonReport, stages: String) -> String {
    var lines = ["input      \(input.title) (\(loaded.tensor.shape.text))"]
    if let preprocessing = report.explanations.first?.first?.preprocessing {
      lines.append("prepared   \(preprocessing.text)")
    }
    for (index, row) in rows.enumerated() {
      guard let first = row.first else { continue }
      lines.append(
        "method     \(first.provenance.methodSpecification), gradient modifier \(first.provenance.modifier)")
      for check in (checks?[index] ?? []).joined() { lines.append("check      \(check.text)") }
    }
    for attribution in rows.first ?? [] {
      for (item, units) in attribution.units.enumerated() {
        let prefix = attribution.units.count > 1 ? "item \(item): " : ""
        for unit in units {
          lines.append("explained  \(prefix)\(UnitReport(unit, placement: loaded.placement).text)")
        }
      }
      for loss in attribution.losses {
        lines.append("explained  loss \(loss.name), weight \(loss.weight.text): \(loss.text)")
      }
    }
    if let first = rows.first?.first, let layer = first.provenance.withRespectTo {
      lines.append("for        layer '\(layer)' (\(first.values.shape.text))")
    }
    for output in report.outputs { lines.append("wrote      \(output.path)") }
    lines.append("time       \(stages)")
    return lines.joined(separator: "\n")
  }
}
