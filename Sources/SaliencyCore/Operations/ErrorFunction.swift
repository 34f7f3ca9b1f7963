/// erf x, the error function
public struct ErrorFunction: ElementwiseOperation {
  /// The error function.
  public init() {}

  public var traits: OperationTraits { .function([.activation, .keepsNonNegative]) }

  public var lowering: ElementwiseLowering { .vector(.errorFunction) }

  public func gradient(_ context: GradientContext) -> Value? {
    let input = context.inputs[0]
    let slope = 2 / Float.pi.squareRoot()
    return context.gradient * ((-(input * input)).applying(Exponential()) * slope)
  }
}
