/// tanh x
public struct HyperbolicTangent: ElementwiseOperation {
  /// The hyperbolic tangent.
  public init() {}

  public var traits: OperationTraits { .function([.activation, .keepsNonNegative, .keepsAttention]) }

  public var lowering: ElementwiseLowering { .primitive(.hyperbolicTangent) }

  public func gradient(_ context: GradientContext) -> Value? {
    context.gradient * (1 - context.output * context.output)
  }
}
