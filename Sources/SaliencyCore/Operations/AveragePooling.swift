/// The mean of each window.
public struct AveragePooling: Operation {
  /// The window.
  public let window: PoolingWindow
  /// Whether padding counts as zeros; otherwise the mean is over the elements that exist.
  public let includesPadding: Bool

  /// An average pooling.
  public init(_ window: PoolingWindow, includesPadding: Bool) {
    self.window = window
    self.includesPadding = includesPadding
  }

  public var traits: OperationTraits { OperationTraits(relevance: .terms, .keepsNonNegative) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 1)
    return try window.resultShape(of: operands[0])
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    [
      context.gradient.applying(
        AveragePoolingGradient(
          window, includesPadding: includesPadding, extents: Array(context.inputs[0].shape[2...])))
    ]
  }

  var function: PoolingFunction { includesPadding ? .averageIncludingPadding : .averageExcludingPadding }

  /// The first: the others belong to one item.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? { operands.leadingAxis }

  public func followedAxes(of operands: [Shape], in result: Shape) -> [[Int?]] { sameAxes(of: operands) }

  public func lower(_ node: NodeLowering) throws -> Placement {
    try node.pooling(function, over: window)
  }
}
