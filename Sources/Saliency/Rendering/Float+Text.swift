internal import Glibc

extension Float {
  /// The number with four significant digits.
  package var text: String {
    guard isFinite, self != 0 else { return self == 0 ? "0" : "\(self)" }
    let digits = max(0, 3 - Int(log10(Double(abs(self))).rounded(.down)))
    guard digits <= 9, abs(self) < 1e7 else { return "\(self)" }
    let factor = pow(10, Double(digits))
    let rounded = (Double(self) * factor).rounded() / factor
    let text = "\(rounded)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
