/// The gradient of `MaximumPooling`: each element goes to the first maximum of its window.
///
/// Operands: the gradient, the input of the pooling and its result.
public struct MaximumPoolingGradient: Operation {
  /// The window.
  public let window: PoolingWindow

  /// The gradient of a maximum pooling.
  public init(_ window: PoolingWindow) {
    self.window = window
  }

  public var traits: OperationTraits { OperationTraits(relevance: .unknown) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 3)
    let pooled = try window.resultShape(of: operands[1])
    try require(
      operands[0] == pooled && operands[2] == pooled,
      "a gradient of \(operands[0].text) does not fit a pooling of \(operands[1].text)")
    return operands[1]
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    [
      context.gradient(for: 0) {
        context.gradient.applying(MaximumPoolingSelection(window), context.inputs[1])
      }, nil, nil,
    ]
  }

  /// The first: the others belong to one item.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? { operands.leadingAxis }

  public func lower(_ node: NodeLowering) throws -> Placement {
    try node.maximumPoolingGradient(over: window)
  }
}
