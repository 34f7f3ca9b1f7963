internal import LibC

/// arcosh x, for x ≥ 1
public struct AreaHyperbolicCosine: ElementwiseOperation {
  /// The inverse of the hyperbolic cosine.
  public init() {}

  public var traits: OperationTraits { .function(.nonNegative) }

  public var lowering: ElementwiseLowering { .function { acoshf($0) } }

  public func gradient(_ context: GradientContext) -> Value? {
    context.gradient * (context.inputs[0] * context.inputs[0] - 1).power(-0.5)
  }
}
