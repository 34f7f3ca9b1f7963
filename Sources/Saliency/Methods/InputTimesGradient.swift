public import SaliencyCore

/// Input × gradient: x · ∂f/∂x, element by element (Shrikumar et al., "Not Just a Black Box", 2016).
///
/// The first-order estimate of what would be lost if the element were 0. Of a network of rectifiers without biases it sums up to the
/// output.
public struct InputTimesGradient: GraphMethod {
  public var takesSeveralInputs: Bool { true }
  public let name = "input-x-gradient"

  /// The method; it has no parameters.
  public init() {}

  public func attribution(_ context: MethodContext) throws -> Value {
    context.attributionTarget * (try context.gradient())
  }
}
