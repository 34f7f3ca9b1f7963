/// The elements of the first operand added into zeros at the positions along an axis that the second has: the adjoint
/// of `AxisGather`.
public struct AxisScatterAddition: Operation {
  /// The axis.
  public let axis: Int
  /// The extent of the result along the axis.
  public let extent: Int

  /// A scatter whose positions are computed.
  public init(axis: Int, extent: Int) {
    self.axis = axis
    self.extent = extent
  }

  public var traits: OperationTraits { .movement() }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 2)
    var shape = operands[0]
    try require(
      shape.indices.contains(axis) && extent >= 0 && operands[0] == operands[1],
      "\(operands[0].text) and positions of \(operands[1].text) do not fit axis \(axis)")
    shape[axis] = extent
    return shape
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    [context.gradient(for: 0) { context.gradient.applying(AxisGather(axis: axis), context.inputs[1]) }, nil]
  }

  /// All axes but its own stay apart.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands.axis(unlessIn: [axis])
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let walk = AxisWalk(axis: axis, long: node.shape, short: node.operandShape(0))
    return try node.emitPlain(name) { arguments in
      let (values, positions, output) = (arguments.inputs[0], arguments.inputs[1], arguments.output)
      walk.forEachColumn(arguments.team) { long, short in
        for index in 0..<walk.longExtent { output[long + index * walk.inner] = 0 }
        for index in 0..<walk.shortExtent {
          let place = short + index * walk.inner
          if let offset = walk.offset(of: positions[place]) { output[long + offset] += values[place] }
        }
      }
    }
  }
}
