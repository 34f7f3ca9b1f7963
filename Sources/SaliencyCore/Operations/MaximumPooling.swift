/// The largest element of each window. Padding never wins.
public struct MaximumPooling: Operation {
  /// The window.
  public let window: PoolingWindow

  /// A maximum pooling.
  public init(_ window: PoolingWindow) {
    self.window = window
  }

  public var traits: OperationTraits { OperationTraits(relevance: .derivative, .keepsNonNegative) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 1)
    return try window.resultShape(of: operands[0])
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    [context.gradient.applying(MaximumPoolingGradient(window), context.inputs[0], context.output)]
  }

  /// The first: the others belong to one item.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? { operands.leadingAxis }

  public func followedAxes(of operands: [Shape], in result: Shape) -> [[Int?]] { sameAxes(of: operands) }

  public func lower(_ node: NodeLowering) throws -> Placement {
    try node.pooling(.maximum, over: window)
  }
}
