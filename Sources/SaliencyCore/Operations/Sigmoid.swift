/// 1 / (1 + e^−x)
public struct Sigmoid: ElementwiseOperation {
  /// The logistic function.
  public init() {}

  public var traits: OperationTraits { .function([.activation, .nonNegative]) }

  public var lowering: ElementwiseLowering { .primitive(.logistic) }

  public func gradient(_ context: GradientContext) -> Value? {
    context.gradient * (context.output * (1 - context.output))
  }
}
