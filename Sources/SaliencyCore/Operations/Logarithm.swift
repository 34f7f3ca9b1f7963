/// ln x, exact at 1, where that of oneDNN is not
public struct Logarithm: ElementwiseOperation {
  /// The natural logarithm.
  public init() {}

  public var traits: OperationTraits { .function() }

  public var lowering: ElementwiseLowering { .vector(.logarithm) }

  public func gradient(_ context: GradientContext) -> Value? { context.gradient / context.inputs[0] }
}
