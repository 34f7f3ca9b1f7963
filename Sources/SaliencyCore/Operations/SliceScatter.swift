/// The operand where a slice of a tensor would lie, zeros elsewhere: the adjoint of `Slice`.
public struct SliceScatter: Operation {
  /// Where the operand goes.
  public let slice: Slice
  /// The shape of the result.
  public let shape: Shape

  /// A placement into zeros of `shape`.
  public init(_ slice: Slice, shape: Shape) {
    self.slice = slice
    self.shape = shape
  }

  public var traits: OperationTraits { .movement() }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 1)
    try require(
      slice.lies(in: shape) && operands[0] == slice.counts,
      "\(operands[0].text) does not fit a slice of \(slice.counts.text) of \(shape.text)")
    return shape
  }

  public func gradients(_ context: GradientContext) -> [Value?] { [context.gradient.applying(slice)] }

  public func reordered(by permutation: [Int]) -> (any Operation)? {
    SliceScatter(slice.moved(to: permutation), shape: shape.moved(to: permutation))
  }

  /// An axis that is filled stays as it is.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands[0].axis.flatMap { slice.isWhole(along: $0.axis, of: shape) ? $0 : nil }
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let copy = StridedCopy(
      extents: slice.counts,
      source: .init(offset: 0, strides: slice.counts.rowMajorStrides),
      destination: slice.walk(in: shape), fill: (0, shape.elementCount))
    return try node.emitPlain(name) { copy.run($0) }
  }
}
