/// For each element of the second operand the element of the first at that position along an axis.
///
/// Both operands agree in all other axes. A position that is no position of the first operand gives 0.
public struct AxisGather: Operation {
  /// The axis.
  public let axis: Int

  /// A gather whose positions are computed.
  public init(axis: Int) {
    self.axis = axis
  }

  public var traits: OperationTraits { .movement() }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 2)
    var aligned = operands[0]
    try require(aligned.indices.contains(axis), "\(aligned.text) has no axis \(axis)")
    if operands[1].indices.contains(axis) { aligned[axis] = operands[1][axis] }
    try require(
      aligned == operands[1], "\(operands[0].text) and \(operands[1].text) differ in more than axis \(axis)")
    return operands[1]
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    [
      context.gradient(for: 0) {
        let extent = context.inputs[0].shape[axis]
        return context.gradient.applying(AxisScatterAddition(axis: axis, extent: extent), context.inputs[1])
      }, nil,
    ]
  }

  /// All axes but its own stay apart; that one, too, where all items pick from the same numbers, as rows of an embedding.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    if operands[0].axis == nil, let picked = operands[1].axis {
      return picked.axis == axis || operands[0].fits(picked) ? picked : nil
    }
    return operands.axis(unlessIn: [axis])
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let walk = AxisWalk(axis: axis, long: node.operandShape(0), short: node.operandShape(1))
    return try node.emitPlain(name) { arguments in
      let (data, positions, output) = (arguments.inputs[0], arguments.inputs[1], arguments.output)
      walk.forEachColumn(arguments.team) { long, short in
        for index in 0..<walk.shortExtent {
          let place = short + index * walk.inner
          output[place] = walk.offset(of: positions[place]).map { data[long + $0] } ?? 0
        }
      }
    }
  }
}

/// Two tensors that agree in all axes but one, walked column by column along that axis.
struct AxisWalk: Sendable {
  let inner: Int
  let longExtent: Int
  let shortExtent: Int
  private let columns: Int

  init(axis: Int, long: Shape, short: Shape) {
    inner = long[(axis + 1)...].reduce(1, *)
    longExtent = long[axis]
    shortExtent = short[axis]
    columns = long[..<axis].reduce(1, *) * inner
  }

  /// Calls `body` with the offsets of a column's first elements in the long and in the short tensor.
  func forEachColumn(_ team: ThreadTeam, _ body: (Int, Int) -> Void) {
    team.forEachChunk(of: columns, grain: max(1, 16_384 / max(shortExtent, 1))) { range in
      for column in range {
        let (block, position) = column.quotientAndRemainder(dividingBy: max(inner, 1))
        body(block * longExtent * inner + position, block * shortExtent * inner + position)
      }
    }
  }

  /// Where a position lies from the start of a column of the long tensor; nil where it is none.
  @inline(__always)
  func offset(of position: Float) -> Int? {
    guard position >= 0, position < Float(longExtent) else { return nil }
    return Int(position) * inner
  }
}
