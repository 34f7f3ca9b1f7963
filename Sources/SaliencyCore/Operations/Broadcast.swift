/// The operand repeated along axes of extent 1, and along new leading axes, as NumPy does.
public struct Broadcast: Operation {
  /// The extents of the result.
  public let shape: Shape

  /// A broadcast to a shape.
  public init(shape: Shape) {
    self.shape = shape
  }

  public var traits: OperationTraits { .movement([.overAxes, .keepsAttention]) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 1)
    try require(
      operands[0].broadcast(with: shape) == shape, "\(operands[0].text) cannot be broadcast to \(shape.text)")
    return shape
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    [context.gradient.summed(to: context.inputs[0].shape)]
  }

  /// Where the operands have their items: elements meet their like.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands.alignedAxis(in: result)
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let source = try node.plainOperand(0)
    let padded = node.operandShape(0).padded(toRank: node.dimensions.count)
    return try node.plan.broadcast(source.viewed(as: .plain(padded)), to: node.dimensions)
  }
}

extension PlanBuilder {
  /// A row-major tensor repeated along its axes of extent 1, up to `dimensions`, which are as many.
  func broadcast(_ placement: Placement, to dimensions: [Int]) throws -> Placement {
    let source = try plain(placement, shape: placement.layout.dimensions)
    let strides = source.layout.dimensions.repeatedStrides
    let result = try allocatePlain(dimensions)
    let copy = StridedCopy(
      extents: dimensions, source: .init(offset: 0, strides: strides),
      destination: .init(offset: 0, strides: dimensions.rowMajorStrides))
    try emit("broadcast", reads: [source], writes: result) { copy.run($0) }
    return result
  }
}
