/// x where x > 0, else alpha · (e^x − 1). It is no rectifier for `guided` and `rectified`.
public struct ExponentialLinear: ElementwiseOperation {
  /// Minus the limit far below 0.
  public let alpha: Float

  /// An exponential linear unit.
  public init(alpha: Float) {
    self.alpha = alpha
  }

  public var traits: OperationTraits { .function([.activation, .keepsNonNegative]) }

  public var lowering: ElementwiseLowering { .primitive(.exponentialLinear(alpha)) }

  public func gradient(_ context: GradientContext) -> Value? {
    let isPositive = context.inputs[0].applying(HeavisideStep())
    return context.gradient * (isPositive + (1 - isPositive) * (context.output + alpha))
  }
}
