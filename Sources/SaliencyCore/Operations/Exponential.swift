/// e^x
public struct Exponential: ElementwiseOperation {
  /// The exponential.
  public init() {}

  public var traits: OperationTraits { .function(.nonNegative) }

  public var lowering: ElementwiseLowering { .primitive(.exponential) }

  public func gradient(_ context: GradientContext) -> Value? { context.gradient * context.output }
}
