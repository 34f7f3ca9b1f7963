internal import LibC

/// A range of numbers with round ones in it to be labeled.
struct Axis {
  /// The numbers at the ends, different from each other.
  let range: ClosedRange<Double>
  /// Round numbers inside, and how they are written.
  let ticks: [(value: Double, label: String)]

  /// An axis for numbers of a range, with about `count` ticks at multiples of 1, 2 or 5 times a power of ten.
  ///
  /// A range of one number is widened; `padding` is a share of the range that is added at both ends.
  init(_ range: ClosedRange<Double>, about count: Int, padding: Double = 0, wholeNumbers: Bool = false) {
    var (low, high) = (range.lowerBound, range.upperBound)
    if low == high {
      let half = low == 0 ? 1 : abs(low) / 2
      (low, high) = (low - half, high + half)
    }
    let margin = (high - low) * padding
    (low, high) = (low - margin, high + margin)
    self.range = low...high

    let rough = (high - low) / Double(max(count, 1))
    let power = pow(10, floor(log10(rough)))
    let multiple = rough / power
    var step = power * (multiple < 1.5 ? 1 : multiple < 3 ? 2 : multiple < 7 ? 5 : 10)
    if wholeNumbers { step = max(step, 1) }
    let first = (low / step - 1e-9).rounded(.up)
    let last = (high / step + 1e-9).rounded(.down)
    guard first.isFinite, last.isFinite, step > 0, last >= first, last - first <= 100 else {
      ticks = []
      return
    }
    ticks = stride(from: first, through: last, by: 1).map { ($0 * step, Axis.text($0 * step, step: step)) }
  }

  /// Where a number lies between the ends, 0 to 1.
  func share(of value: Double) -> Double {
    (value - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  /// A multiple of a step with as many decimals as the step needs.
  static func text(_ value: Double, step: Double) -> String {
    guard value != 0 else { return "0" }
    guard abs(value) < 999_999.5, step >= 0.99e-4 else { return text(value, significant: 3) }
    return fixed(value, decimals: max(0, Int((-log10(step) - 1e-9).rounded(.up))))
  }

  /// A number with so many digits that tell something.
  static func text(_ value: Double, significant: Int) -> String {
    guard value != 0 else { return "0" }
    var exponent = Int(floor(log10(abs(value))))
    if exponent >= -3, exponent < 6 { return fixed(value, decimals: max(0, significant - 1 - exponent)) }
    let power = pow(10, Double(significant - 1))
    var mantissa = value / pow(10, Double(exponent))
    mantissa = (mantissa * power).rounded() / power
    if abs(mantissa) >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    var digits = fixed(mantissa, decimals: significant - 1)
    if digits.contains(".") {
      while digits.hasSuffix("0") { digits.removeLast() }
      if digits.hasSuffix(".") { digits.removeLast() }
    }
    return "\(digits)e\(exponent < 0 ? "−" : "")\(abs(exponent))"
  }

  private static func fixed(_ value: Double, decimals: Int) -> String {
    let scaled = Int((abs(value) * pow(10, Double(decimals))).rounded())
    var digits = String(scaled)
    if decimals > 0 {
      digits = String(repeating: "0", count: max(decimals + 1 - digits.count, 0)) + digits
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -decimals))
    }
    return (value < 0 && scaled != 0 ? "−" : "") + digits
  }
}
