/// √x
public struct SquareRoot: ElementwiseOperation {
  /// The square root.
  public init() {}

  public var traits: OperationTraits { .function(.nonNegative) }

  public var lowering: ElementwiseLowering { .primitive(.squareRoot) }

  public func gradient(_ context: GradientContext) -> Value? { context.gradient * 0.5 / context.output }
}
