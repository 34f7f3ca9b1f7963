/// a / b, element by element
public struct Division: BinaryOperation {
  /// The quotient of two tensors.
  public init() {}

  public var traits: OperationTraits {
    OperationTraits(relevance: .first, [.elementwise, .keepsNonNegative, .keepsAttention])
  }

  public var lowering: BinaryLowering { BinaryLowering(.divide) }

  public func gradients(_ context: GradientContext) -> [Value?] {
    let divisor = context.inputs[1]
    return [
      context.gradient(for: 0) { context.gradient / divisor },
      context.gradient(for: 1) { -(context.gradient * context.output / divisor) },
    ]
  }
}
