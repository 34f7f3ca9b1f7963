/// The first operand where lower < second operand < upper, 0 elsewhere: the derivative of a rectifier, applied.
public struct Gate: Operation {
  /// What the second operand has to exceed.
  public let lower: Float
  /// What the second operand has to stay below.
  public let upper: Float

  /// A gate that is open between two bounds, both exclusive.
  public init(lower: Float, upper: Float = .infinity) {
    self.lower = lower
    self.upper = upper
  }

  public var traits: OperationTraits { .movement() }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 2)
    try require(
      operands[0] == operands[1], "a gate of \(operands[1].text) does not fit a value of \(operands[0].text)")
    return operands[0]
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    [context.gradient.gated(by: context.inputs[1], above: lower, below: upper), nil]
  }

  public func reordered(by permutation: [Int]) -> (any Operation)? { self }

  /// Where the operands have their items: elements meet their like.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands.alignedAxis(in: result)
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    // Padding stays zero in any layout, as the first operand's is.
    let condition = node.operand(1)
    let type = node.operand(0).layout.elementType
    let value = try node.plan.reordered(
      node.operand(0), to: condition.layout.converted(to: type) ?? condition.layout)
    let isReusable =
      value.buffer == node.operand(0).buffer && value.buffer != condition.buffer
      && node.plan.claim(node.node.operands[0])
    let result = isReusable ? value : node.plan.allocate(value.layout)
    let count = condition.layout.byteCount / condition.layout.elementType.byteCount
    let program = ElementwiseProgram(VectorForm(steps: [.gate(lower, upper)], order: [0, 1]))
    let kernel = VectorKernel(
      program, walks: [nil, nil],
      types: [value.layout.elementType, condition.layout.elementType],
      resultType: value.layout.elementType)
    try node.plan.emit(name, reads: [value, condition], writes: result) { kernel.run($0, count: count) }
    return result
  }
}
