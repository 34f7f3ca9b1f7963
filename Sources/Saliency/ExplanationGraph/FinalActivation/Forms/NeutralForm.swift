internal import LibC
import SaliencyCore

/// What leaves probabilities as they are, or next to it: a cut to what they are anyway, a cast, a sum with nothing, a product with 1.
struct NeutralForm: ActivationForm {
  /// Probabilities this close to 0 or 1 may be cut.
  private static let margin = 1e-3
  /// So much may be added.
  private static let tolerance = 1e-5

  func activation(of value: Value, _ finder: ActivationFinder) -> ActivatedValue? {
    guard let inner = unchanged(value), inner.shape == value.shape,
      let found = finder.activation(of: inner),
      keeps(value, isLogarithm: found.isLogarithm)
    else { return nil }
    return found
  }

  /// The operand that may be kept as it is.
  private func unchanged(_ value: Value) -> Value? {
    switch value.node.operation {
    case is FormatRounding, is Clamp, is Rectifier, is Affine, is Broadcast: value.operand()
    case let power as Power where power.exponent == 1: value.operand()
    case is Maximum, is Minimum, is Addition, is Multiplication: value.withNumber?.value
    case is Subtraction, is Division: value.withNumber.flatMap { $0.isNumberFirst ? nil : $0.value }
    default: nil
    }
  }

  /// Whether all numbers stay, but for those at the ends.
  private func keeps(_ value: Value, isLogarithm: Bool) -> Bool {
    let (lowest, highest) =
      isLogarithm ? (log(Self.margin), log(1 - Self.margin)) : (Self.margin, 1 - Self.margin)
    switch value.node.operation {
    case let clamp as Clamp: return Double(clamp.lower) <= lowest && Double(clamp.upper) >= highest
    case let rectifier as Rectifier: return !isLogarithm && Double(rectifier.ceiling ?? .infinity) >= highest
    case let affine as Affine: return affine.scale == 1 && abs(Double(affine.offset)) <= Self.tolerance
    default: break
    }
    guard let number = value.withNumber?.number else { return true }
    return switch value.node.operation {
    case is Maximum: number <= lowest
    case is Minimum: number >= highest
    case is Multiplication, is Division: number == 1
    default: abs(number) <= Self.tolerance
    }
  }
}
