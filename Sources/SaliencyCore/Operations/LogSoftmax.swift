/// The logarithm of the softmax along an axis.
public struct LogSoftmax: Operation {
  /// The axis along which the exponentials sum to 1.
  public let axis: Int

  /// The logarithm of a softmax along `axis`.
  public init(axis: Int) {
    self.axis = axis
  }

  public var traits: OperationTraits { OperationTraits(relevance: .derivative) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try Softmax(axis: axis).resultShape(of: operands)
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    let softmax = context.output.applying(Exponential())
    return [context.gradient - softmax * context.gradient.sum([axis])]
  }

  /// All axes but its own stay apart.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands.axis(unlessIn: [axis])
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    try node.softmax(axis: axis, isLogarithmic: true)
  }
}
