/// e^x over its sum along an axis.
public struct Softmax: Operation {
  /// The axis along which the result sums to 1.
  public let axis: Int

  /// A softmax along `axis`.
  public init(axis: Int) {
    self.axis = axis
  }

  public var traits: OperationTraits { OperationTraits(relevance: .softmax(axis: axis), .nonNegative) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 1)
    try require(operands[0].indices.contains(axis), "\(operands[0].text) has no axis \(axis)")
    return operands[0]
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    let projection = (context.gradient * context.output).sum([axis])
    return [context.output * (context.gradient - projection)]
  }

  /// All axes but its own stay apart.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands.axis(unlessIn: [axis])
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    try node.softmax(axis: axis, isLogarithmic: false)
  }
}
