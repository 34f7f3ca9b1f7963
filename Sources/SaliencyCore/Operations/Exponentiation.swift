internal import LibC

/// a ^ b, element by element; the derivative with respect to b is 0 where a is 0
public struct Exponentiation: BinaryOperation {
  /// A power whose exponent is a tensor.
  public init() {}

  public var traits: OperationTraits {
    OperationTraits(relevance: .first, [.elementwise, .keepsNonNegative])
  }

  public var lowering: BinaryLowering { .function { powf($0, $1) } }

  public func gradients(_ context: GradientContext) -> [Value?] {
    let (base, exponent) = (context.inputs[0], context.inputs[1])
    return [
      context.gradient(for: 0) {
        context.gradient * (exponent * base.applying(Exponentiation(), exponent - 1))
      },
      context.gradient(for: 1) {
        let one = base.builder.constant(Tensor(1))
        let isZero = base.applying(Comparison(.equal), base.builder.constant(Tensor(0)))
        let logarithm = isZero.applying(Selection(), one, base).applying(Logarithm())
        return context.gradient * (context.output * logarithm)
      },
    ]
  }
}
