/// Samples of an image or a volume at the points of a grid, whose coordinates run from −1 to 1.
///
/// Operands: the data [batch, channels, …] over 2 or 3 spatial axes and the grid [batch, …, 2 or 3], whose coordinates
/// name the last axis first; the result is [batch, channels, …] over the grid's axes. With respect to the grid there is
/// no derivative.
public struct GridSampling: Operation {
  /// How points between elements, and beyond them, are sampled.
  public let rule: GridSamplingRule

  /// A sampling at computed points.
  public init(_ rule: GridSamplingRule) {
    self.rule = rule
  }

  public var traits: OperationTraits { OperationTraits(relevance: .termsOfFirst) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 2)
    let (data, grid) = (operands[0], operands[1])
    let rank = data.count - 2
    try require(
      (2...3).contains(rank) && grid.count == data.count && grid[0] == data[0] && grid[rank + 1] == rank
        && data.allSatisfy { $0 > 0 },
      "a grid of \(grid.text) does not sample \(data.text)")
    return Array(data[..<2]) + grid[1...rank]
  }

  public func gradients(_ context: GradientContext) throws(GraphError) -> [Value?] {
    try context.requireConstant(1, "grid")
    let extents = Array(context.inputs[0].shape[2...])
    return [
      context.gradient(for: 0) {
        context.gradient.applying(GridSamplingGradient(rule, extents: extents), context.inputs[1])
      }, nil,
    ]
  }

  /// The first: the others belong to one item.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? { operands.leadingAxis }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let walk = GridWalk(
      rule, extents: Array(node.operandShape(0)[2...]), points: node.shape[2...].reduce(1, *))
    let (batch, channels) = (node.shape[0], node.shape[1])
    return try node.emitPlain(name) { arguments in
      let (data, grid, output) = (arguments.inputs[0], arguments.inputs[1], arguments.output)
      arguments.team.forEachChunk(of: batch * walk.points, grain: 256) { range in
        walk.withTaps { taps in
          for position in range {
            let (item, point) = position.quotientAndRemainder(dividingBy: walk.points)
            let count = walk.fill(taps, grid + position * walk.extents.count)
            for channel in 0..<channels {
              let plane = data + (item * channels + channel) * walk.size
              var sum: Float = 0
              for tap in 0..<count { sum += taps[tap].weight * plane[taps[tap].offset] }
              output[(item * channels + channel) * walk.points + point] = sum
            }
          }
        }
      }
    }
  }
}
