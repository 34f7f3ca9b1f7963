internal import LibC

/// sin x
public struct Sine: ElementwiseOperation {
  /// The sine.
  public init() {}

  public var traits: OperationTraits { .function() }

  public var lowering: ElementwiseLowering { .function { sinf($0) } }

  public func gradient(_ context: GradientContext) -> Value? {
    context.gradient * context.inputs[0].applying(Cosine())
  }
}
