/// a + b
public struct Addition: BinaryOperation {
  /// The sum of two tensors.
  public init() {}

  public var traits: OperationTraits {
    OperationTraits(relevance: .terms, [.elementwise, .keepsNonNegative, .keepsAttention])
  }

  public var lowering: BinaryLowering { BinaryLowering(.add) }

  public func gradients(_ context: GradientContext) -> [Value?] { [context.gradient, context.gradient] }
}
