/// min(max(x, lower), upper); the derivative at the bounds is 0. It is no rectifier for `guided` and `rectified`.
public struct Clamp: ElementwiseOperation {
  /// The smallest result.
  public let lower: Float
  /// The largest result.
  public let upper: Float

  /// A clamp to an interval.
  public init(lower: Float, upper: Float) {
    self.lower = lower
    self.upper = upper
  }

  public var traits: OperationTraits {
    let sign: OperationTraits.Properties =
      upper < 0 ? [] : lower >= 0 ? [.nonNegative, .keepsNonNegative] : .keepsNonNegative
    return .function(sign.union([.activation, .keepsAttention]))
  }

  public var lowering: ElementwiseLowering {
    // oneDNN refuses bounds in the wrong order.
    let (lower, upper) = (lower, upper)
    return lower <= upper ? .primitive(.clipped(lower, upper)) : .function { min(max($0, lower), upper) }
  }

  public func gradient(_ context: GradientContext) -> Value? {
    context.gradient.gated(by: context.output, above: lower, below: upper)
  }
}
