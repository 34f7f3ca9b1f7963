/// The largest or the smallest element over some axes, which stay with extent 1.
///
/// Where several elements are the extreme one, the gradient is divided evenly among them. What is not a number is
/// passed on. Over no elements at all it is −∞ or ∞.
public struct MinMaxReduction: Operation {
  /// The axes that are reduced, ascending.
  public let axes: [Int]
  /// Whether the largest element is looked for, or the smallest.
  public let isMaximum: Bool

  /// A reduction over `axes`.
  public init(axes: [Int], isMaximum: Bool) {
    self.axes = axes.sorted()
    self.isMaximum = isMaximum
  }

  public var traits: OperationTraits {
    OperationTraits(relevance: .derivative, [.overAxes, .keepsNonNegative])
  }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try Reduction(.sum, axes: axes).resultShape(of: operands)
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    let isExtreme = context.inputs[0].applying(Comparison(.equal), context.output)
    return [isExtreme * (context.gradient / isExtreme.sum(axes))]
  }

  /// All axes but the reduced ones stay apart.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands.axis(unlessIn: axes)
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    // The reduced axes are brought to the end, and become one.
    let shape = node.operandShape(0)
    let kept = shape.indices.filter { !axes.contains($0) }
    let strides = shape.rowMajorStrides
    let (outer, reduced) = (kept.map { shape[$0] }, axes.map { shape[$0] })
    let (outerStrides, reducedStrides) = (kept.map { strides[$0] }, axes.map { strides[$0] })
    let count = reduced.reduce(1, *)
    let isMaximum = isMaximum
    return try node.emitPlain(name) { arguments in
      let (input, output) = (arguments.inputs[0], arguments.output)
      arguments.team.forEachChunk(of: outer.reduce(1, *), grain: max(1, 16_384 / max(count, 1))) { range in
        for index in range {
          let start = offset(index, outer, outerStrides)
          var best: Float = isMaximum ? -.infinity : .infinity
          for position in 0..<count {
            let element = input[start + offset(position, reduced, reducedStrides)]
            if element.isNaN || (isMaximum ? element > best : element < best) { best = element }
            if best.isNaN { break }
          }
          output[index] = best
        }
      }
    }
  }
}

/// Where the element at `index` in row-major order over `extents` lies in a walk with strides.
@inline(__always)
private func offset(_ index: Int, _ extents: [Int], _ strides: [Int]) -> Int {
  var (remaining, offset) = (index, 0)
  for axis in stride(from: extents.count - 1, through: 0, by: -1) {
    offset += remaining % extents[axis] * strides[axis]
    remaining /= extents[axis]
  }
  return offset
}
