internal import LibC

/// arctan x
public struct ArcTangent: ElementwiseOperation {
  /// The arctangent.
  public init() {}

  public var traits: OperationTraits { .function(.keepsNonNegative) }

  public var lowering: ElementwiseLowering { .function { atanf($0) } }

  public func gradient(_ context: GradientContext) -> Value? {
    context.gradient / (context.inputs[0] * context.inputs[0] + 1)
  }
}
