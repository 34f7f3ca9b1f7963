internal import OneDNN

/// ln x
public struct Logarithm: ElementwiseOperation {
  /// The natural logarithm.
  public init() {}

  public var lowering: ElementwiseLowering { .primitive(.logarithm) }

  public func gradient(_ context: GradientContext) -> Value? { context.gradient / context.inputs[0] }
}
