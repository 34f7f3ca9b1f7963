import NumPyFormat
import Saliency
import SaliencyImage

/// One input with its attributions by several methods or for several targets.
struct Comparison: WritableResult {
  let input: InputFile
  let loaded: PreparedInput
  /// A row for each method, of one attribution for each target.
  let rows: [[Attribution]]
  let target: String?
  /// The checks of each attribution; nil where none were asked for.
  var checks: [[[AttributionCheck]]]?

  private var explanations: [[Explanation]] {
    rows.enumerated().map { row, attributions in
      attributions.enumerated().map { column, attribution in
        Explanation(
          input: input, loaded: loaded, attribution: attribution, target: target, checks: checks?[row][column]
        )
      }
    }
  }

  var report: ComparisonReport {
    ComparisonReport(
      explanations: explanations.map { $0.map(\.report) }, input: input.path, outputs: [],
      timingsMilliseconds: [:])
  }

  var numbers: NumPyArray? { nil }

  func picture(_ drawing: ResultWriter.Drawing) throws -> any WritablePicture {
    try drawing.sized(
      Figure(comparing: rows, style: drawing.style, showsPicture: drawing.kind != .heatmap)
    )
  }

  func text(_ report: ComparisonReport, stages: String) -> String {
    var lines = ["input      \(input.title) (\(loaded.tensor.shape.text))"]
    if let preprocessing = report.explanations.first?.first?.preprocessing {
      lines.append("prepared   \(preprocessing.text)")
    }
    for (index, row) in rows.enumerated() {
      guard let first = row.first else { continue }
      lines.append("method     \(first.provenance.method), gradient modifier \(first.provenance.modifier)")
      for check in (checks?[index] ?? []).joined() { lines.append("check      \(check.text)") }
    }
    for attribution in rows.first ?? [] {
      for (item, units) in attribution.units.enumerated() {
        let prefix = attribution.units.count > 1 ? "item \(item): " : ""
        for unit in units { lines.append("explained  \(prefix)\(UnitReport(unit).text)") }
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
