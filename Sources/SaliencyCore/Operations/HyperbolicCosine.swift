internal import LibC

/// cosh x
public struct HyperbolicCosine: ElementwiseOperation {
  /// The hyperbolic cosine.
  public init() {}

  public var traits: OperationTraits { .function(.nonNegative) }

  public var lowering: ElementwiseLowering { .function { coshf($0) } }

  public func gradient(_ context: GradientContext) -> Value? {
    context.gradient * context.inputs[0].applying(HyperbolicSine())
  }
}
