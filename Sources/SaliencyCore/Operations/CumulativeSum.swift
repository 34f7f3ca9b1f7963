/// For each element along an axis the sum of those before it, with or without itself.
public struct CumulativeSum: Operation {
  /// The axis.
  public let axis: Int
  /// Whether an element itself is left out.
  public let isExclusive: Bool
  /// Whether the sums run from the end to the start.
  public let isReversed: Bool

  /// A cumulative sum.
  public init(axis: Int, isExclusive: Bool = false, isReversed: Bool = false) {
    self.axis = axis
    self.isExclusive = isExclusive
    self.isReversed = isReversed
  }

  public var traits: OperationTraits { OperationTraits(relevance: .terms, .keepsNonNegative) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 1)
    try require(operands[0].indices.contains(axis), "\(operands[0].text) has no axis \(axis)")
    return operands[0]
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    [
      context.gradient.applying(
        CumulativeSum(axis: axis, isExclusive: isExclusive, isReversed: !isReversed))
    ]
  }

  /// All axes but its own stay apart.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands.axis(unlessIn: [axis])
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let walk = AxisWalk(axis: axis, long: node.shape, short: node.shape)
    let (isExclusive, isReversed) = (isExclusive, isReversed)
    return try node.emitPlain(name) { arguments in
      let (input, output) = (arguments.inputs[0], arguments.output)
      walk.forEachColumn(arguments.team) { start, _ in
        var sum = 0.0
        for index in 0..<walk.longExtent {
          let place = start + (isReversed ? walk.longExtent - 1 - index : index) * walk.inner
          let next = sum + Double(input[place])
          output[place] = Float(isExclusive ? sum : next)
          sum = next
        }
      }
    }
  }
}
