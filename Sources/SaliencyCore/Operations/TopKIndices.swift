/// The positions of the largest or smallest elements along an axis, best first; its derivative is 0.
///
/// Of equal elements the first comes first. What is not a number counts as larger than all numbers.
public struct TopKIndices: Operation {
  /// The axis.
  public let axis: Int
  /// How many positions are given.
  public let count: Int
  /// Whether the largest elements are looked for, or the smallest.
  public let isDescending: Bool

  /// The positions of the `count` largest or smallest elements.
  public init(axis: Int, count: Int, isDescending: Bool = true) {
    self.axis = axis
    self.count = count
    self.isDescending = isDescending
  }

  public var traits: OperationTraits { OperationTraits(relevance: .derivative, .nonNegative) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 1)
    var shape = operands[0]
    try require(
      shape.indices.contains(axis) && count >= 0 && count <= shape[axis],
      "there are no \(count) elements along axis \(axis) of \(shape.text)")
    shape[axis] = count
    return shape
  }

  public func gradients(_ context: GradientContext) -> [Value?] { [nil] }

  /// All axes but its own stay apart.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands.axis(unlessIn: [axis])
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let shape = node.operandShape(0)
    let (extent, inner) = (shape[axis], shape[(axis + 1)...].reduce(1, *))
    let rows = shape[..<axis].reduce(1, *) * inner
    let (count, isDescending) = (count, isDescending)
    return try node.emitPlain(name) { arguments in
      arguments.team.forEachChunk(of: rows, grain: max(1, 4_096 / max(extent, 1))) { range in
        for row in range {
          let (block, column) = row.quotientAndRemainder(dividingBy: max(inner, 1))
          let input = arguments.inputs[0] + block * extent * inner + column
          let output = arguments.output + block * count * inner + column
          rank(input, extent: extent, step: inner, count: count, isDescending: isDescending) {
            position, index in
            output[position * inner] = Float(index)
          }
        }
      }
    }
  }
}

private func rank(
  _ input: UnsafePointer<Float>, extent: Int, step: Int, count: Int, isDescending: Bool,
  _ give: (Int, Int) -> Void
) {
  func precedes(_ a: Int, _ b: Int) -> Bool {
    let (x, y) = (input[a * step], input[b * step])
    if x.isNaN || y.isNaN { return x.isNaN && y.isNaN ? a < b : x.isNaN == isDescending }
    return x == y ? a < b : isDescending ? x > y : x < y
  }
  if count == 1 {
    give(0, (1..<extent).reduce(0) { precedes($1, $0) ? $1 : $0 })
  } else {
    for (position, index) in (0..<extent).sorted(by: precedes).prefix(count).enumerated() {
      give(position, index)
    }
  }
}
