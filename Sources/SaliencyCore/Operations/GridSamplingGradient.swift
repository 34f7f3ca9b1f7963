/// Elements added where the points of a grid took samples: the adjoint of `GridSampling` with respect to the data.
public struct GridSamplingGradient: Operation {
  /// How points between elements, and beyond them, are sampled.
  public let rule: GridSamplingRule
  /// The spatial extents of the data.
  public let extents: [Int]

  /// The adjoint of a sampling of data with the spatial `extents`.
  public init(_ rule: GridSamplingRule, extents: [Int]) {
    self.rule = rule
    self.extents = extents
  }

  public var traits: OperationTraits { OperationTraits(relevance: .unknown) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 2)
    try require(
      operands[0].count == extents.count + 2, "\(operands[0].text) are no samples of \(extents.text)")
    let data = Array(operands[0][..<2]) + extents
    let sampled = try GridSampling(rule).resultShape(of: [data, operands[1]])
    try require(
      sampled == operands[0], "\(operands[0].text) are not the samples of a grid of \(operands[1].text)")
    return data
  }

  public func gradients(_ context: GradientContext) throws(GraphError) -> [Value?] {
    try context.requireConstant(1, "grid")
    return [
      context.gradient(for: 0) { context.gradient.applying(GridSampling(rule), context.inputs[1]) }, nil,
    ]
  }

  /// The first: the others belong to one item.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? { operands.leadingAxis }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let walk = GridWalk(rule, extents: extents, points: node.operandShape(0)[2...].reduce(1, *))
    let (batch, channels) = (node.shape[0], node.shape[1])
    return try node.emitPlain(name) { arguments in
      let (samples, grid, output) = (arguments.inputs[0], arguments.inputs[1], arguments.output)
      // A plane belongs to one thread, so that sums are always in one order.
      arguments.team.forEachChunk(of: batch * channels, grain: max(1, 1_024 / max(walk.points, 1))) { range in
        walk.withTaps { taps in
          for index in range {
            let plane = output + index * walk.size
            plane.update(repeating: 0, count: walk.size)
            for point in 0..<walk.points {
              let value = samples[index * walk.points + point]
              let place = grid + (index / channels * walk.points + point) * walk.extents.count
              for tap in 0..<walk.fill(taps, place) { plane[taps[tap].offset] += taps[tap].weight * value }
            }
          }
        }
      }
    }
  }
}
