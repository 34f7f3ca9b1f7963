internal import LibC

/// cos x
public struct Cosine: ElementwiseOperation {
  /// The cosine.
  public init() {}

  public var traits: OperationTraits { .function() }

  public var lowering: ElementwiseLowering { .function { cosf($0) } }

  public func gradient(_ context: GradientContext) -> Value? {
    -(context.gradient * context.inputs[0].applying(Sine()))
  }
}
