/// 1 where x > 0, else 0; its derivative is 0
public struct HeavisideStep: ElementwiseOperation {
  /// The step.
  public init() {}

  public var traits: OperationTraits { .function(.nonNegative) }

  public var lowering: ElementwiseLowering { .vector(.heavisideStep) }

  public func gradient(_ context: GradientContext) -> Value? { nil }
}
