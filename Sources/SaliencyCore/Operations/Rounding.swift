/// x rounded to an integer; its derivative is 0, or 1 where it is said to be straight-through
public struct Rounding: ElementwiseOperation {
  /// Which integer is taken.
  public enum Direction: Sendable, Hashable {
    /// The next one below.
    case down
    /// The next one above.
    case up
    /// The next one on the side of 0.
    case towardZero
    /// The nearest one, the even one of two.
    case nearestEven
  }

  /// Which integer is taken.
  public let direction: Direction
  /// Whether the derivative is 1, as if nothing were rounded: what quantized networks are trained with.
  public let isStraightThrough: Bool

  /// A rounding.
  public init(_ direction: Direction, isStraightThrough: Bool = false) {
    self.direction = direction
    self.isStraightThrough = isStraightThrough
  }

  public var traits: OperationTraits { .function(.keepsNonNegative) }

  public var lowering: ElementwiseLowering {
    switch direction {
    case .down: .function { $0.rounded(.down) }
    case .up: .function { $0.rounded(.up) }
    case .towardZero: .function { $0.rounded(.towardZero) }
    case .nearestEven: .function { $0.rounded(.toNearestOrEven) }
    }
  }

  public func gradient(_ context: GradientContext) -> Value? { isStraightThrough ? context.gradient : nil }
}
