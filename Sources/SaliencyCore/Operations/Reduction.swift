/// The sum or the mean over some axes, which stay with extent 1.
public struct Reduction: Operation {
  /// How the elements become one.
  public enum Function: Sendable, Hashable {
    /// The sum of the elements.
    case sum
    /// Their sum divided by their number.
    case mean
  }

  /// How the elements become one.
  public let function: Function
  /// The axes that are reduced, ascending.
  public let axes: [Int]

  /// A reduction over `axes`.
  public init(_ function: Function, axes: [Int]) {
    self.function = function
    self.axes = axes.sorted()
  }

  public var traits: OperationTraits { OperationTraits(relevance: .terms, [.overAxes, .keepsNonNegative]) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 1)
    var shape = operands[0]
    for (position, axis) in axes.enumerated() {
      try require(
        shape.indices.contains(axis) && (position == 0 || axes[position - 1] != axis),
        "axes \(axes) are not distinct axes of \(operands[0].text)")
      shape[axis] = 1
    }
    return shape
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    let shape = context.inputs[0].shape
    let gradient = function == .sum ? context.gradient : context.gradient / Float(count(in: shape))
    return [gradient.broadcast(to: shape)]
  }

  /// Only where all spatial axes are reduced at once, for which any layout is as good.
  public func reordered(by permutation: [Int]) -> (any Operation)? {
    let reordered = Reduction(function, axes: axes.map { permutation[$0] })
    return reordered.axes == Array(2..<permutation.count) ? reordered : nil
  }

  private func count(in shape: Shape) -> Int { axes.reduce(1) { $0 * shape[$1] } }

  /// All axes but the reduced ones stay apart.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands.axis(unlessIn: axes)
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let shape = node.operandShape(0)
    let isSpatial = (3...5).contains(shape.count) && axes == Array(2..<shape.count)
    if isSpatial, shape.elementCount > 0 {
      guard LayoutWalk(node.operand(0).layout) != nil else { return try lowerAsPooling(node) }
      let copy = ElementwiseProgram(VectorForm(steps: [.copy], order: [0]))
      return try copy.lowerSum(node, of: shape, axes: axes, scale: scale(in: shape), label: name)
    }
    var source = try node.plainOperand(0)
    var extents = shape
    let copy = VectorKernel(ElementwiseProgram(VectorForm(steps: [.copy], order: [0])), walks: [nil])
    // Neighboring axes are reduced together, the last run first, so that each pass reads what the one before wrote.
    for run in axes.runsOfNeighbors.reversed() {
      let outer = extents[..<run.lowerBound].reduce(1, *)
      let inner = extents[run.upperBound...].reduce(1, *)
      let count = extents[run].reduce(1, *)
      for axis in run { extents[axis] = 1 }
      let result = try node.plan.allocatePlain(extents)
      let scale = function == .mean ? 1 / Double(count) : 1
      try node.plan.emit(name, reads: [source], writes: result) {
        copy.sum($0, outer: outer, count: count, inner: inner, scale: scale)
      }
      source = result
    }
    return source
  }

  /// What the sum over the axes of a tensor of `shape` is multiplied by.
  func scale(in shape: Shape) -> Double { function == .mean ? 1 / Double(count(in: shape)) : 1 }

  /// All spatial axes at once are a global pooling, which primitives do in layouts with gaps as well.
  private func lowerAsPooling(_ node: NodeLowering) throws -> Placement {
    let spatial = Array(node.operandShape(0)[2...])
    let none = [Int](repeating: 0, count: spatial.count)
    let ones = [Int](repeating: 1, count: spatial.count)
    let geometry = WindowGeometry(
      strides: ones, dilations: ones, paddingBefore: none, paddingAfter: none)
    let mean = try node.pooling(
      .averageExcludingPadding, over: PoolingWindow(kernel: spatial, geometry: geometry))
    guard function == .sum else { return mean }
    return try node.elementwise(.linear(scale: Float(spatial.reduce(1, *)), offset: 0), of: mean)
  }
}

extension [Int] {
  /// The maximal runs of consecutive numbers in an ascending list.
  fileprivate var runsOfNeighbors: [Range<Int>] {
    var runs: [Range<Int>] = []
    for axis in self {
      if let last = runs.last, last.upperBound == axis {
        runs[runs.count - 1] = last.lowerBound..<axis + 1
      } else {
        runs.append(axis..<axis + 1)
      }
    }
    return runs
  }
}
