internal import OneDNN

/// The axes in another order: axis `i` of the result is axis `permutation[i]` of the operand.
public struct Transpose: Operation {
  /// For each axis of the result the operand's axis.
  public let permutation: [Int]

  /// A transposition.
  public init(permutation: [Int]) {
    self.permutation = permutation
  }

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

  public func lower(_ node: NodeLowering) throws -> Placement {
    let source = try node.plainOperand(0)
    guard !permutation.isEmpty else { return source }
    let strides = MemoryDescriptor.plainStrides(of: source.layout.dimensions)
    let view = try MemoryDescriptor.strided(node.dimensions, strides: permutation.map { strides[$0] })
    return try node.plan.reordered(source.viewed(as: view), to: .plain(node.dimensions))
  }
}
