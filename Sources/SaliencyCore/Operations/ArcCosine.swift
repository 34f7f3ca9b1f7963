internal import LibC

/// arccos x
public struct ArcCosine: ElementwiseOperation {
  /// The arccosine.
  public init() {}

  public var traits: OperationTraits { .function(.nonNegative) }

  public var lowering: ElementwiseLowering { .function { acosf($0) } }

  public func gradient(_ context: GradientContext) -> Value? {
    -(context.gradient * (1 - context.inputs[0] * context.inputs[0]).power(-0.5))
  }
}
