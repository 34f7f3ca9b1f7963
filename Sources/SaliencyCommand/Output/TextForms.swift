import Saliency

// How numbers and names stand in what the command prints.

extension Float {
  /// The number with four significant digits.
  var text: String { ReportText.number(self) }
}

extension Int {
  /// The number of bytes as people read it, such as "3.2 GB".
  var byteText: String { ReportText.byteCount(self) }
}

extension String {
  /// The string with control characters escaped, cut after `limit` characters.
  func printable(limit: Int = 100) -> String { ReportText.printable(self, limit: limit) }
}

extension Duration {
  /// The duration in milliseconds.
  var milliseconds: Double {
    Double(components.seconds) * 1e3 + Double(components.attoseconds) * 1e-15
  }
}
