/// |x|, with derivative 0 at 0
public struct Absolute: ElementwiseOperation {
  /// The magnitude.
  public init() {}

  public var traits: OperationTraits { .function(.nonNegative) }

  public var lowering: ElementwiseLowering { .primitive(.absolute) }

  public func gradient(_ context: GradientContext) -> Value? {
    context.gradient * context.inputs[0].applying(Sign())
  }
}
