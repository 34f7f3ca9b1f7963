internal import OneDNN

/// min(a, b), element by element; where both are equal each receives half of the gradient
public struct Minimum: BinaryOperation {
  /// The smaller of two tensors.
  public init() {}

  public var lowering: BinaryLowering { BinaryLowering(.minimum) }

  public func gradients(_ context: GradientContext) -> [Value?] {
    let order = (context.inputs[0] - context.inputs[1]).applying(Sign())
    return [
      context.gradient(for: 0) { context.gradient * (0.5 - order * 0.5) },
      context.gradient(for: 1) { context.gradient * (order * 0.5 + 0.5) },
    ]
  }
}
