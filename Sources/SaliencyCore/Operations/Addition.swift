internal import OneDNN

/// a + b
public struct Addition: BinaryOperation {
  /// The sum of two tensors.
  public init() {}

  public var lowering: BinaryLowering { BinaryLowering(.add) }

  public func gradients(_ context: GradientContext) -> [Value?] { [context.gradient, context.gradient] }
}
