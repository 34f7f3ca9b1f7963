import Saliency

extension BenchReport {
  /// The report in tables for people.
  func text(method: String, shape: Shape) -> String {
    var rows = [["", "median", "shortest"], row("forward", forward), row(method, gradient)]
    if let limit {
      rows += [row("bare primitives, forward", limit.forward), row("bare primitives", limit.gradient)]
    }
    var lines = [
      "\(model): \(shape.text), \(precision), \(threads) thread\(threads == 1 ? "" : "s")"
        + (itemsAtOnce.map { ", \($0) at a time" } ?? ""), "",
      Table.rows(rows), "",
      "intermediate results \(arenaBytes.byteText), packed weights \(packedWeightBytes.byteText)"
        + (peakResidentBytes.map { ", at most resident \($0.byteText)" } ?? ""),
    ]
    if let rankCorrelation {
      lines.append("the map's rank correlation with fp32 is \(Self.text(rankCorrelation))")
    }
    if let limit {
      let ratio = gradient.minMs / limit.gradient.minMs
      lines.append("\(method) takes \(Self.text(ratio)) × its bare primitives")
    }
    if let profile {
      lines += ["", "by kind of work (\(Self.text(profile.ms)) ms in \(profile.steps.count) steps)"]
      lines.append(Self.table(profile.kinds))
      lines += ["", "by node"]
      lines.append(Self.table(profile.nodes))
    }
    return lines.joined(separator: "\n")
  }

  private func row(_ name: String, _ times: Times) -> [String] {
    [name, Self.text(times.medianMs) + " ms", Self.text(times.minMs) + " ms"]
  }

  private static func table(_ shares: [Profile.Share]) -> String {
    Table.rows(
      shares.map {
        [
          text($0.ms) + " ms", text($0.share * 100) + " %", "\($0.steps) step\($0.steps == 1 ? "" : "s")",
          $0.name.isEmpty ? "(without a name)" : $0.name.printable(),
        ]
      })
  }

  private static func text(_ value: Double) -> String { Float(value).text }
}
