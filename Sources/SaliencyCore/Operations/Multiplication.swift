/// a · b, element by element
public struct Multiplication: BinaryOperation {
  /// The product of two tensors.
  public init() {}

  public var traits: OperationTraits {
    OperationTraits(relevance: .factors, [.elementwise, .keepsNonNegative, .keepsAttention])
  }

  public var lowering: BinaryLowering { BinaryLowering(.multiply) }

  public func gradients(_ context: GradientContext) -> [Value?] {
    [
      context.gradient(for: 0) { context.gradient * context.inputs[1] },
      context.gradient(for: 1) { context.gradient * context.inputs[0] },
    ]
  }
}
