internal import LibC

/// sinh x
public struct HyperbolicSine: ElementwiseOperation {
  /// The hyperbolic sine.
  public init() {}

  public var traits: OperationTraits { .function(.keepsNonNegative) }

  public var lowering: ElementwiseLowering { .function { sinhf($0) } }

  public func gradient(_ context: GradientContext) -> Value? {
    context.gradient * context.inputs[0].applying(HyperbolicCosine())
  }
}
