/// a − b
public struct Subtraction: BinaryOperation {
  /// The difference of two tensors.
  public init() {}

  public var traits: OperationTraits { OperationTraits(relevance: .terms, [.elementwise, .keepsAttention]) }

  public var lowering: BinaryLowering { BinaryLowering(.subtract) }

  public func gradients(_ context: GradientContext) -> [Value?] {
    [context.gradient, context.gradient(for: 1) { -context.gradient }]
  }
}
