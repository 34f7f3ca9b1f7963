/// −1, 0 or 1: the sign of x; its derivative is 0
public struct Sign: ElementwiseOperation {
  /// The sign.
  public init() {}

  public var traits: OperationTraits { .function(.keepsNonNegative) }

  public var lowering: ElementwiseLowering { .vector(.sign) }

  public func gradient(_ context: GradientContext) -> Value? { nil }
}
