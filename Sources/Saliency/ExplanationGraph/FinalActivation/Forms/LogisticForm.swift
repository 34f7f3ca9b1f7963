internal import LibC
import SaliencyCore

/// A sigmoid that is written with exponentials or a hyperbolic tangent: 1 / (1 + e⁻ˣ), eˣ / (1 + eˣ), ½ (tanh(x / 2) + 1), 1 − σ(−x).
///
/// All of them are fractions (a·eˣ + b) / (c·eˣ + d), and so is each step on the way to them. A sigmoid are those that go from 0 to 1, of x
/// times and plus any number.
struct LogisticForm: ActivationForm {
  func activation(of value: Value, _ finder: ActivationFinder) -> ActivatedValue? {
    guard let fraction = ExponentialFraction(value, depth: 0), fraction.exponent.shape == value.shape,
      let (scale, offset) = fraction.sigmoid
    else { return nil }
    return ActivatedValue(activation: .sigmoid) { fraction.exponent.scaled(by: scale, plus: offset) }
  }
}

/// A fraction of two straight lines over e^(rate · x).
private struct ExponentialFraction {
  /// slope · e^(rate · x) + constant
  struct Line {
    var slope = 0.0
    var constant = 0.0

    static let one = Line(constant: 1)

    /// What the other line has to be multiplied by to be this one; nil where no number does.
    func ratio(to other: Line) -> Double? {
      func isZero(_ number: Double, beside another: Double) -> Bool { abs(number) <= 1e-6 * abs(another) }
      let size = (slope * slope + constant * constant).squareRoot()
      let otherSize = (other.slope * other.slope + other.constant * other.constant).squareRoot()
      guard size > 0, otherSize > 0,
        isZero(slope * other.constant - constant * other.slope, beside: size * otherSize)
      else { return nil }
      return abs(other.slope) > abs(other.constant) ? slope / other.slope : constant / other.constant
    }
  }

  /// x
  let exponent: Value
  /// Above 0.
  let rate: Double
  var numerator: Line
  var denominator: Line

  /// The line of x that this is the sigmoid of; nil where it is none.
  var sigmoid: (scale: Double, offset: Double)? {
    let (a, b, c, d) = (numerator.slope, numerator.constant, denominator.slope, denominator.constant)
    func isEqual(_ x: Double, _ y: Double) -> Bool { abs(x - y) <= 1e-5 * max(abs(x), abs(y)) }
    guard c != 0, d != 0, c / d > 0 else { return nil }
    // Of numbers beside 1 no logarithm is taken that is nothing but rounding.
    let shift = isEqual(c, d) ? 0 : log(c / d)
    if isEqual(a, c), abs(b) <= 1e-5 * abs(d) { return (rate, shift) }
    if isEqual(b, d), abs(a) <= 1e-5 * abs(c) { return (-rate, -shift) }
    return nil
  }

  init?(_ value: Value, depth: Int) {
    guard depth < 16, !value.isConstant else { return nil }
    func inner(_ position: Int = 0) -> ExponentialFraction? {
      ExponentialFraction(value.operand(position), depth: depth + 1)
    }
    switch value.node.operation {
    case is Exponential: self.init(of: value.operand(), Line(slope: 1), .one)
    case is Sigmoid: self.init(of: value.operand(), Line(slope: 1), Line(slope: 1, constant: 1))
    case is HyperbolicTangent:
      self.init(of: value.operand(), Line(slope: 1, constant: -1), Line(slope: 1, constant: 1), factor: 2)
    case let affine as Affine:
      guard let inner = inner() else { return nil }
      self = inner.scaled(by: Double(affine.scale), plus: Double(affine.offset))
    case let power as Power where power.exponent == -1:
      guard let inner = inner() else { return nil }
      self = inner.inverse
    case is Addition, is Subtraction, is Multiplication, is Division:
      if let (_, number, isNumberFirst) = value.withNumber {
        guard let inner = inner(isNumberFirst ? 1 : 0) else { return nil }
        switch value.node.operation {
        case is Addition: self = inner.scaled(by: 1, plus: number)
        case is Subtraction:
          self = isNumberFirst ? inner.scaled(by: -1, plus: number) : inner.scaled(by: 1, plus: -number)
        case is Multiplication: self = inner.scaled(by: number, plus: 0)
        default:
          self =
            isNumberFirst ? inner.inverse.scaled(by: number, plus: 0) : inner.scaled(by: 1 / number, plus: 0)
        }
        return
      }
      guard value.node.operation is Multiplication || value.node.operation is Division,
        let left = inner(0), let right = inner(1)
      else { return nil }
      guard let product = left.times(value.node.operation is Division ? right.inverse : right) else {
        return nil
      }
      self = product
    default: return nil
    }
  }

  /// A fraction of e^(factor · value).
  private init?(of value: Value, _ numerator: Line, _ denominator: Line, factor: Double = 1) {
    let (exponent, scale, offset) = value.straightLine
    guard scale != 0 else { return nil }
    self.exponent = exponent
    rate = abs(scale * factor)
    let shift = exp(offset * factor)
    guard shift.isNormal else { return nil }
    /// With e^(factor · (scale · x + offset)) in place of e^x; with a negative scale both lines are multiplied by e^(rate · x).
    func line(_ line: Line) -> Line {
      let slope = line.slope * shift
      return scale > 0
        ? Line(slope: slope, constant: line.constant) : Line(slope: line.constant, constant: slope)
    }
    (self.numerator, self.denominator) = (line(numerator), line(denominator))
  }

  private var inverse: ExponentialFraction {
    var result = self
    (result.numerator, result.denominator) = (denominator, numerator)
    return result
  }

  private func scaled(by scale: Double, plus offset: Double) -> ExponentialFraction {
    var result = self
    result.numerator.slope = scale * numerator.slope + offset * denominator.slope
    result.numerator.constant = scale * numerator.constant + offset * denominator.constant
    return result
  }

  /// The product, where lines cancel so that it is such a fraction again.
  private func times(_ other: ExponentialFraction) -> ExponentialFraction? {
    guard exponent.index == other.exponent.index, abs(rate - other.rate) <= 1e-6 * rate else { return nil }
    for (above, kept) in [(numerator, other.numerator), (other.numerator, numerator)] {
      for (below, left) in [(denominator, other.denominator), (other.denominator, denominator)] {
        guard let ratio = above.ratio(to: below) else { continue }
        var result = self
        result.numerator = Line(slope: ratio * kept.slope, constant: ratio * kept.constant)
        result.denominator = left
        return result
      }
    }
    return nil
  }
}
