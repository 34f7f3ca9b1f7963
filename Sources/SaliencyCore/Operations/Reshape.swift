/// The same elements, in row-major order, in another shape.
public struct Reshape: Operation {
  /// The new extents.
  public let shape: Shape

  /// A change of shape.
  public init(shape: Shape) {
    self.shape = shape
  }

  public var traits: OperationTraits { .movement([.overAxes, .keepsAttention]) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 1)
    try require(
      shape.checkedElementCount == operands[0].elementCount,
      "\(operands[0].text) has \(operands[0].elementCount) elements and cannot become \(shape.text)")
    return shape
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    [context.gradient.reshaped(to: context.inputs[0].shape)]
  }

  /// Where the items are in memory is where they were.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands[0].axis(in: result)
  }

  /// An axis that stays as it is; of one that is taken apart the innermost part.
  public func followedAxes(of operands: [Shape], in result: Shape) -> [[Int?]] {
    let operand = operands[0]
    return [
      operand.indices.map { axis in
        let (outer, inner) = (operand[..<axis].reduce(1, *), operand[(axis + 1)...].reduce(1, *))
        let last = result.indices.last { result[($0 + 1)...].reduce(1, *) == inner && result[$0] > 1 }
        if let last, operand[axis] > 1 { return operand[axis].isMultiple(of: result[last]) ? last : nil }
        return result.indices.first {
          result[$0] == operand[axis] && result[..<$0].reduce(1, *) == outer
        }
      }
    ]
  }

  /// The smallest runs of axes that hold as many elements before and after; axes of one element go with the run before them.
  static func blocks(from before: Shape, to after: Shape) -> [(before: Range<Int>, after: Range<Int>)] {
    guard before.elementCount == after.elementCount, before.elementCount > 0 else { return [] }
    var blocks: [(before: Range<Int>, after: Range<Int>)] = []
    var (i, j) = (0, 0)
    while i < before.count, j < after.count {
      let (start, first) = (i, j)
      var (left, right) = (before[i], after[j])
      (i, j) = (i + 1, j + 1)
      while left != right {
        if left < right {
          left *= before[i]
          i += 1
        } else {
          right *= after[j]
          j += 1
        }
      }
      blocks.append((start..<i, first..<j))
    }
    if let last = blocks.indices.last {
      blocks[last] = (
        blocks[last].before.lowerBound..<before.count, blocks[last].after.lowerBound..<after.count
      )
    }
    return blocks
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let type = node.operand(0).layout.elementType
    return try node.plainOperand(0, type).viewed(as: .plain(node.dimensions, type))
  }
}
