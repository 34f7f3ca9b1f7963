/// max(a, b), element by element; where both are equal each receives half of the gradient
public struct Maximum: BinaryOperation {
  /// The larger of two tensors.
  public init() {}

  public var traits: OperationTraits {
    OperationTraits(relevance: .derivative, [.elementwise, .keepsNonNegative, .keepsAttention])
  }

  public var lowering: BinaryLowering { BinaryLowering(.maximum) }

  public func gradients(_ context: GradientContext) -> [Value?] {
    // Compared and not subtracted: both may be the same infinity.
    func holds(_ relation: Comparison.Relation) -> Value {
      context.inputs[0].applying(Comparison(relation), context.inputs[1])
    }
    let share = (holds(.greater) + holds(.greaterOrEqual)) * 0.5
    return [
      context.gradient(for: 0) { context.gradient * share },
      context.gradient(for: 1) { context.gradient * (1 - share) },
    ]
  }
}
