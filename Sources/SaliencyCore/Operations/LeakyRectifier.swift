/// x where x > 0, else slope · x. It is no rectifier for `guided` and `rectified`.
public struct LeakyRectifier: ElementwiseOperation {
  /// The slope below 0.
  public let slope: Float

  /// A rectifier that leaks.
  public init(slope: Float) {
    self.slope = slope
  }

  public var traits: OperationTraits { .function([.activation, .keepsNonNegative]) }

  public var lowering: ElementwiseLowering { .primitive(.rectified(slope: slope)) }

  public func gradient(_ context: GradientContext) -> Value? {
    context.gradient * (context.inputs[0].applying(HeavisideStep()) * (1 - slope) + slope)
  }
}
