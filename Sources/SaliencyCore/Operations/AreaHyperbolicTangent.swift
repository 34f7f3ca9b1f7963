internal import LibC

/// artanh x, for |x| < 1
public struct AreaHyperbolicTangent: ElementwiseOperation {
  /// The inverse of the hyperbolic tangent.
  public init() {}

  public var traits: OperationTraits { .function(.keepsNonNegative) }

  public var lowering: ElementwiseLowering { .function { atanhf($0) } }

  public func gradient(_ context: GradientContext) -> Value? {
    context.gradient / (1 - context.inputs[0] * context.inputs[0])
  }
}
