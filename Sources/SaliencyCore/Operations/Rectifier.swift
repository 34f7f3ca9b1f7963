/// max(x, 0), or min(max(x, 0), ceiling): what `guided` and `rectified` override.
///
/// The derivative is 1 for 0 < x < ceiling and 0 elsewhere, at 0 and at the ceiling too.
public struct Rectifier: ElementwiseOperation {
  /// The largest value that passes, as 6 in ReLU6; nil where there is none.
  public let ceiling: Float?

  /// A rectifier, clipped where `ceiling` is given.
  public init(ceiling: Float? = nil) {
    self.ceiling = ceiling
  }

  public var traits: OperationTraits {
    .function(ceiling.map { $0 >= 0 } ?? true ? [.activation, .nonNegative] : .activation)
  }

  public var lowering: ElementwiseLowering {
    ceiling.map { Clamp(lower: 0, upper: $0).lowering } ?? .primitive(.rectified())
  }

  public func gradient(_ context: GradientContext) -> Value? {
    // 0 < y < ceiling exactly where 0 < x < ceiling, and y need not be kept beside x.
    context.gradient.gated(by: context.output, above: 0, below: ceiling ?? .infinity)
  }
}
