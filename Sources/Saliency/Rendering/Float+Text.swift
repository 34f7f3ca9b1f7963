internal import LibC

extension Float {
  /// The number with four significant digits, such as "0.3946", "12" or "3.775e-08".
  package var text: String {
    guard isFinite, self != 0 else { return self == 0 ? "0" : "\(self)" }
    var magnitude = Int(log10(Double(abs(self))).rounded(.down))
    guard -6...6 ~= magnitude else {
      var mantissa = (Double(self) / pow(10, Double(magnitude)) * 1e3).rounded() / 1e3
      if abs(mantissa) >= 10 { (mantissa, magnitude) = (mantissa / 10, magnitude + 1) }
      let digits = "\(abs(magnitude))"
      return Self.shortened(mantissa) + "e" + (magnitude < 0 ? "-" : "+") + (digits.count < 2 ? "0" : "")
        + digits
    }
    let factor = pow(10, Double(max(0, 3 - magnitude)))
    return Self.shortened((Double(self) * factor).rounded() / factor)
  }

  private static func shortened(_ number: Double) -> String {
    let text = "\(number)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
