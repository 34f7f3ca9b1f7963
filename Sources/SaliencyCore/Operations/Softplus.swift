internal import LibC

/// ln(1 + e^x)
public struct Softplus: ElementwiseOperation {
  /// The smooth rectifier; it is no rectifier for `guided` and `rectified`.
  public init() {}

  public var traits: OperationTraits { .function([.activation, .nonNegative]) }

  public var lowering: ElementwiseLowering { .function { max($0, 0) + log1pf(expf(-abs($0))) } }

  public func gradient(_ context: GradientContext) -> Value? {
    context.gradient * context.inputs[0].applying(Sigmoid())
  }
}
