/// 1 where x > 0, else 0; its derivative is 0
public struct HeavisideStep: ElementwiseOperation {
  /// The step.
  public init() {}

  public var lowering: ElementwiseLowering { .function { $0 > 0 ? 1 : 0 } }

  public func gradient(_ context: GradientContext) -> Value? { nil }
}
