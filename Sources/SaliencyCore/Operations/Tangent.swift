internal import LibC

/// tan x
public struct Tangent: ElementwiseOperation {
  /// The tangent.
  public init() {}

  public var traits: OperationTraits { .function() }

  public var lowering: ElementwiseLowering { .function { tanf($0) } }

  public func gradient(_ context: GradientContext) -> Value? {
    context.gradient * (context.output * context.output + 1)
  }
}
