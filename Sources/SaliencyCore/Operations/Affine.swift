/// scale · x + offset
public struct Affine: ElementwiseOperation {
  /// The factor.
  public let scale: Float
  /// What is added after.
  public let offset: Float

  /// A straight line.
  public init(scale: Float, offset: Float) {
    self.scale = scale
    self.offset = offset
  }

  public var traits: OperationTraits {
    OperationTraits(
      relevance: .terms,
      scale >= 0 && offset >= 0
        ? [.elementwise, .keepsAttention, .keepsNonNegative] : [.elementwise, .keepsAttention])
  }

  public var lowering: ElementwiseLowering { .primitive(.linear(scale: scale, offset: offset)) }

  public func gradient(_ context: GradientContext) -> Value? {
    scale == 1 ? context.gradient : context.gradient * scale
  }
}
