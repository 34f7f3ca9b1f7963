internal import LibC

/// arcsin x
public struct ArcSine: ElementwiseOperation {
  /// The arcsine.
  public init() {}

  public var traits: OperationTraits { .function(.keepsNonNegative) }

  public var lowering: ElementwiseLowering { .function { asinf($0) } }

  public func gradient(_ context: GradientContext) -> Value? {
    context.gradient * (1 - context.inputs[0] * context.inputs[0]).power(-0.5)
  }
}
