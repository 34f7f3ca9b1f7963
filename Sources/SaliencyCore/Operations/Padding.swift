/// The operand with a constant around it; negative amounts cut elements off.
public struct Padding: Operation {
  /// How many elements are added before each axis.
  public let before: [Int]
  /// How many elements are added after each axis.
  public let after: [Int]
  /// What is added.
  public let value: Float

  /// A padding with one entry an axis.
  public init(before: [Int], after: [Int], value: Float = 0) {
    self.before = before
    self.after = after
    self.value = value
  }

  public var traits: OperationTraits {
    OperationTraits(
      relevance: .derivative, value >= 0 ? [.keepsAttention, .keepsNonNegative] : .keepsAttention)
  }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 1)
    let shape = operands[0]
    try require(
      before.count == shape.count && after.count == shape.count
        && (before + after).allSatisfy { $0.magnitude <= 1 << 32 },
      "padding of \(before) and \(after) does not fit \(shape.text)")
    let padded = shape.indices.map { shape[$0] + before[$0] + after[$0] }
    try require(
      shape.indices.allSatisfy {
        padded[$0] >= 0 && before[$0] + shape[$0] >= 0 && after[$0] + shape[$0] >= 0
      },
      "padding of \(before) and \(after) cuts more than there is of \(shape.text)")
    return padded
  }

  /// The part of the operand that is kept.
  private func kept(of shape: Shape) -> Slice {
    Slice(
      starts: before.map { max(0, -$0) },
      counts: shape.indices.map { max(0, shape[$0] + min(0, before[$0]) + min(0, after[$0])) },
      steps: [Int](repeating: 1, count: shape.count))
  }

  /// Where it goes in the result.
  private func target(of shape: Shape) -> Slice {
    Slice(
      starts: before.map { max(0, $0) }, counts: kept(of: shape).counts,
      steps: [Int](repeating: 1, count: shape.count))
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    let shape = context.inputs[0].shape
    let inner = context.gradient.applying(target(of: shape))
    let kept = kept(of: shape)
    return [kept.counts == shape ? inner : inner.applying(SliceScatter(kept, shape: shape))]
  }

  public func reordered(by permutation: [Int]) -> (any Operation)? {
    Padding(before: before.moved(to: permutation), after: after.moved(to: permutation), value: value)
  }

  /// An axis that gets no padding stays as it is.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands[0].axis.flatMap { before[$0.axis] == 0 && after[$0.axis] == 0 ? $0 : nil }
  }

  public func followedAxes(of operands: [Shape], in result: Shape) -> [[Int?]] { sameAxes(of: operands) }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let shape = node.operandShape(0)
    let kept = kept(of: shape)
    let copy = StridedCopy(
      extents: kept.counts, source: kept.walk(in: shape), destination: target(of: shape).walk(in: node.shape),
      fill: (value, node.shape.elementCount))
    return try node.emitPlain(name) { copy.run($0) }
  }
}
