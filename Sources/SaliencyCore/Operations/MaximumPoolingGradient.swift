internal import OneDNN

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
    let pooling = node.node.operands[2]
    let differentiated = node.plan.graph.nodes[pooling]
    guard let (workspace, forward, source) = node.plan.workspaces[pooling],
      (differentiated.operation as? MaximumPooling)?.window == window,
      differentiated.operands == [node.node.operands[1]]
    else {
      throw GraphError(.execution, "the pooling that it differentiates is not part of the graph")
    }
    let hint = try PrimitiveDescriptor.pooling(
      source: source, destination: forward.layout, kernel: window.kernel, window: window.geometry.parameters,
      algorithm: .maximum, keepsWorkspace: true, engine: node.engine)
    let gradient = try node.plan.reordered(node.operand(0), to: forward.layout)
    let descriptor = try PrimitiveDescriptor.poolingBackward(
      sourceGradient: source, destinationGradient: gradient.layout, kernel: window.kernel,
      window: window.geometry.parameters, algorithm: .maximum, forward: hint, engine: node.engine)
    let result = node.plan.allocate(source)
    try node.plan.emit(
      descriptor, reads: [(.destinationGradient, gradient), (.workspace, workspace)],
      writes: [(.sourceGradient, result)])
    return result
  }
}
