internal import OneDNN

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
    let source = node.operand(0)
    let isDifferentiated = node.plan.users(of: node.index).contains {
      node.plan.graph.nodes[$0].operation is MaximumPoolingGradient
    }
    let descriptor = try PrimitiveDescriptor.pooling(
      source: source.layout, destination: .any(node.shape, source.layout.elementType), kernel: window.kernel,
      window: window.geometry.parameters,
      algorithm: .maximum, keepsWorkspace: isDifferentiated, engine: node.engine)
    let result = node.plan.allocate(try descriptor.descriptor(of: .destination, dimensions: node.shape)!)
    var writes: [(Argument, Placement)] = [(.destination, result)]
    if isDifferentiated, let layout = try descriptor.descriptor(of: .workspace, dimensions: []) {
      let workspace = node.plan.allocate(layout)
      writes.append((.workspace, workspace))
      node.plan.workspaces[node.index] = (workspace, result, source.layout)
    }
    try node.plan.emit(descriptor, reads: [(.source, source)], writes: writes)
    return result
  }
}
