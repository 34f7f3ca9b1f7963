/// The axes in another order: axis `i` of the result is axis `permutation[i]` of the operand.
public struct Transpose: Operation {
  /// For each axis of the result the operand's axis.
  public let permutation: [Int]

  /// A transposition.
  public init(permutation: [Int]) {
    self.permutation = permutation
  }

  public var traits: OperationTraits { .movement(.keepsAttention) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 1)
    try require(
      permutation.sorted() == Array(operands[0].indices),
      "\(permutation) is not an order of the \(operands[0].count) axes of \(operands[0].text)")
    return permutation.map { operands[0][$0] }
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    var inverse = permutation
    for (axis, source) in permutation.enumerated() { inverse[source] = axis }
    return [context.gradient.transposed(inverse)]
  }

  /// Where the axis goes.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands[0].axis.flatMap { items in
      permutation.firstIndex(of: items.axis).map { BatchAxis($0, repetitions: items.repetitions) }
    }
  }

  /// The same bytes, seen with their axes in another order; whoever needs them in a row reorders them.
  public func followedAxes(of operands: [Shape], in result: Shape) -> [[Int?]] {
    [operands[0].indices.map { permutation.firstIndex(of: $0) }]
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let source = node.operand(0)
    guard !permutation.isEmpty else { return source }
    return source.viewed(as: try source.layout.permuted(permutation))
  }
}
