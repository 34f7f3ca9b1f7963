/// Every `step`-th element between a start and a count along each axis.
public struct Slice: Operation {
  /// The first element along each axis.
  public let starts: [Int]
  /// How many elements are taken along each axis.
  public let counts: [Int]
  /// The distance between neighbors along each axis; negative walks backwards.
  public let steps: [Int]

  /// A slice with one entry an axis.
  public init(starts: [Int], counts: [Int], steps: [Int]) {
    self.starts = starts
    self.counts = counts
    self.steps = steps
  }

  public var traits: OperationTraits { .movement(.keepsAttention) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 1)
    try require(
      lies(in: operands[0]), "a slice of \(counts.text) from \(starts) does not lie in \(operands[0].text)")
    return counts
  }

  /// Whether the first and the last element along each axis lie in `shape`.
  func lies(in shape: Shape) -> Bool {
    guard [starts, counts, steps].allSatisfy({ $0.count == shape.count }) else { return false }
    return shape.indices.allSatisfy { axis in
      guard counts[axis] >= 0, steps[axis] != 0, shape[axis] >= 0 else { return false }
      guard counts[axis] > 0 else { return true }
      let extent = 0..<shape[axis]
      let (reach, overflow) = (counts[axis] - 1).multipliedReportingOverflow(by: steps[axis])
      let (end, endOverflow) = starts[axis].addingReportingOverflow(reach)
      return !overflow && !endOverflow && extent.contains(starts[axis]) && extent.contains(end)
    }
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    [context.gradient.applying(SliceScatter(self, shape: context.inputs[0].shape))]
  }

  public func reordered(by permutation: [Int]) -> (any Operation)? { moved(to: permutation) }

  func moved(to permutation: [Int]) -> Slice {
    Slice(
      starts: starts.moved(to: permutation), counts: counts.moved(to: permutation),
      steps: steps.moved(to: permutation))
  }

  /// An axis that is taken whole stays as it is.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands[0].axis.flatMap { isWhole(along: $0.axis, of: operands[0].shape) ? $0 : nil }
  }

  /// Whether all elements along an axis are taken, in their order.
  func isWhole(along axis: Int, of shape: Shape) -> Bool {
    starts[axis] == 0 && counts[axis] == shape[axis] && steps[axis] == 1
  }

  /// In the layout of the operand, so that a gradient of channels-last values stays channels-last.
  public func followedAxes(of operands: [Shape], in result: Shape) -> [[Int?]] { sameAxes(of: operands) }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let operand = node.operand(0)
    let shape = node.operandShape(0)
    let order = operand.layout.elementType == .single ? operand.layout.axisOrder : nil
    guard let order, order.count == shape.count else {
      return try copied(try node.plainOperand(0), shape, order: Array(shape.indices), node)
    }
    return try copied(operand, shape, order: order, node)
  }

  /// - Parameter order: the axes in memory, the outermost first.
  private func copied(
    _ operand: Placement, _ shape: Shape, order: [Int], _ node: NodeLowering
  ) throws -> Placement {
    let places = order.indices.map { order.firstIndex(of: $0)! }
    let moved = moved(to: places)
    let copy = StridedCopy(
      extents: moved.counts, source: moved.walk(in: shape.moved(to: places)),
      destination: .init(offset: 0, strides: moved.counts.rowMajorStrides))
    let output =
      shape.isEmpty
      ? try node.plan.allocatePlain(shape)
      : node.plan.allocate(try Layout.plain(moved.counts).permuted(places))
    try node.plan.emit(name, reads: [operand], writes: output) { copy.run($0) }
    return output
  }

  /// The walk over the elements of a row-major tensor of `shape`.
  func walk(in shape: Shape) -> StridedCopy.Walk {
    // Where nothing is taken any start is allowed, where one element is any step; neither is used.
    guard !counts.contains(0) else { return StridedCopy.Walk(offset: 0, strides: counts.map { _ in 0 }) }
    let strides = shape.rowMajorStrides
    return StridedCopy.Walk(
      offset: zip(starts, strides).reduce(0) { $0 + $1.0 * $1.1 },
      strides: strides.indices.map { counts[$0] == 1 ? 0 : steps[$0] * strides[$0] })
  }
}

extension Value {
  /// `count` elements from `start` along one axis.
  public func sliced(axis: Int, from start: Int, count: Int) -> Value {
    var starts = [Int](repeating: 0, count: shape.count)
    var counts = shape
    guard shape.indices.contains(axis) else {
      builder.fail(GraphError(.shapeMismatch, "\(shape.text) has no axis \(axis)"), node: builder.scope)
      return self
    }
    starts[axis] = start
    counts[axis] = count
    return applying(Slice(starts: starts, counts: counts, steps: [Int](repeating: 1, count: shape.count)))
  }
}
