/// The gradient, and the adjoint, of `AveragePooling`: each element is spread evenly over its window.
public struct AveragePoolingGradient: Operation {
  /// The window.
  public let window: PoolingWindow
  /// Whether padding counted as zeros.
  public let includesPadding: Bool
  /// The spatial extents of the pooling's input.
  public let extents: [Int]

  /// The gradient of a pooling of an input of the spatial `extents`.
  public init(_ window: PoolingWindow, includesPadding: Bool, extents: [Int]) {
    self.window = window
    self.includesPadding = includesPadding
    self.extents = extents
  }

  public var traits: OperationTraits { OperationTraits(relevance: .unknown) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 1)
    let shape = Array(operands[0].prefix(2)) + extents
    try require(
      try window.resultShape(of: shape) == operands[0],
      "a gradient of \(operands[0].text) does not fit a pooling of \(shape.text)")
    return shape
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    [context.gradient.applying(AveragePooling(window, includesPadding: includesPadding))]
  }

  /// The first: the others belong to one item.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? { operands.leadingAxis }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let pooling = AveragePooling(window, includesPadding: includesPadding)
    return try node.averagePoolingGradient(pooling.function, over: window)
  }
}
