internal import LibC

/// arsinh x
public struct AreaHyperbolicSine: ElementwiseOperation {
  /// The inverse of the hyperbolic sine.
  public init() {}

  public var traits: OperationTraits { .function(.keepsNonNegative) }

  public var lowering: ElementwiseLowering { .function { asinhf($0) } }

  public func gradient(_ context: GradientContext) -> Value? {
    context.gradient * (context.inputs[0] * context.inputs[0] + 1).power(-0.5)
  }
}
