/// A format of floating-point numbers with fewer bits than single precision.
public struct NumberFormat: Sendable, Hashable {
  /// What stands for infinity and for what is not a number.
  public enum Specials: Sendable, Hashable {
    /// As in IEEE 754: the largest exponent is infinity or not a number.
    case ieee
    /// There is no infinity, and all bits set is not a number.
    case notANumberOnly
    /// There is no infinity, and the bits of −0 are not a number.
    case negativeZeroIsNaN
    /// Every pattern of bits is a number.
    case none
  }

  /// How many bits the exponent has.
  public let exponentBits: Int
  /// How many bits the fraction has.
  public let fractionBits: Int
  /// What is added to an exponent to be stored.
  public let bias: Int
  /// What stands for infinity and for what is not a number.
  public let specials: Specials
  /// Whether numbers that are too large become the largest one.
  public let saturates: Bool

  /// A format of a sign, an exponent and a fraction.
  public init(exponentBits: Int, fractionBits: Int, bias: Int, specials: Specials, saturates: Bool) {
    self.exponentBits = exponentBits
    self.fractionBits = fractionBits
    self.bias = bias
    self.specials = specials
    self.saturates = saturates
  }

  /// IEEE 754 half precision.
  public static let half = NumberFormat(
    exponentBits: 5, fractionBits: 10, bias: 15, specials: .ieee, saturates: false)
  /// The upper half of single precision.
  public static let brain = NumberFormat(
    exponentBits: 8, fractionBits: 7, bias: 127, specials: .ieee, saturates: false)

  /// The largest finite number.
  public var largest: Float {
    let top = (1 << exponentBits) - 1 - bias
    let unit = Float(sign: .plus, exponent: -fractionBits, significand: 1)
    return switch specials {
    case .ieee: Float(sign: .plus, exponent: top - 1, significand: 2 - unit)
    case .notANumberOnly: Float(sign: .plus, exponent: top, significand: 2 - 2 * unit)
    case .negativeZeroIsNaN, .none: Float(sign: .plus, exponent: top, significand: 2 - unit)
    }
  }

  /// The number of this format that is nearest to `number`, the even one of two.
  public func rounded(_ number: Float) -> Float {
    if number.isNaN { return specials == .none ? 0 : number }
    if number == 0 { return specials == .negativeZeroIsNaN ? 0 : number }
    let overflow: Float =
      saturates ? largest : specials == .ieee ? .infinity : specials == .none ? largest : .nan
    if number.isInfinite { return number < 0 ? -overflow : overflow }
    // A step is what the last bit of the fraction counts; below the smallest exponent steps stay as they are.
    let step = max(Int(number.exponent), 1 - bias) - fractionBits
    let scaled = Double(number) * Double(sign: .plus, exponent: -step, significand: 1)
    let result = Float(
      scaled.rounded(.toNearestOrEven) * Double(sign: .plus, exponent: step, significand: 1))
    if result.magnitude > largest { return number < 0 ? -overflow : overflow }
    return result == 0 && specials == .negativeZeroIsNaN ? 0 : result
  }
}
