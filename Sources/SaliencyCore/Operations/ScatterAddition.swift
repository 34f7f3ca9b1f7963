/// Rows added into zeros where their indices say, or dropped where an index is negative: the adjoint of `Gather`.
public struct ScatterAddition: Operation {
  /// Where each row goes.
  public let indices: [Int32]
  /// How many rows the result has.
  public let count: Int

  /// A sum of rows into `count` rows.
  public init(indices: [Int32], count: Int) {
    self.indices = indices
    self.count = count
  }

  public var traits: OperationTraits { .movement() }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 1)
    let shape = operands[0]
    try require(
      shape.count == 3 && shape[1] == indices.count,
      "\(indices.count) rows are scattered from a tensor of three axes, not from \(shape.text)")
    try require(
      count >= 0 && indices.allSatisfy { Int($0) < count }, "an index lies outside of the \(count) rows")
    return [shape[0], count, shape[2]]
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    [context.gradient.applying(Gather(indices: indices))]
  }

  /// The outer and the inner axis stay apart.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands.axis(unlessIn: [1])
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let (outer, count, inner, rows) = (node.shape[0], count, node.shape[2], indices.count)
    // Which rows go into each row of the result, in order: so threads share no row and sums are always the same.
    var starts = [Int32](repeating: 0, count: count + 1)
    for index in indices where index >= 0 { starts[Int(index) + 1] += 1 }
    for row in 0..<count { starts[row + 1] += starts[row] }
    var sources = [Int32](repeating: 0, count: Int(starts[count]))
    var next = starts
    for (row, index) in indices.enumerated() where index >= 0 {
      sources[Int(next[Int(index)])] = Int32(row)
      next[Int(index)] += 1
    }
    return try node.emitPlain(name) { [starts, sources] arguments in
      let (input, output) = (arguments.inputs[0], arguments.output)
      guard inner > 0, count > 0 else { return }
      arguments.team.forEachChunk(of: outer * count, grain: max(1, 16_384 / inner)) { range in
        for position in range {
          let (block, row) = position.quotientAndRemainder(dividingBy: count)
          let result = output + position * inner
          for column in 0..<inner { result[column] = 0 }
          for place in starts[row]..<starts[row + 1] {
            let source = input + (block * rows + Int(sources[Int(place)])) * inner
            for column in 0..<inner { result[column] += source[column] }
          }
        }
      }
    }
  }
}
