/// Rows of the middle one of three axes, in any order and any number of times; a negative index is a row of zeros.
///
/// The indices are constant and the same for all outer positions; taking elements one by one is a gather with outer
/// and inner axes of extent 1.
public struct Gather: Operation {
  /// The rows that are taken.
  public let indices: [Int32]

  /// A gather of rows.
  public init(indices: [Int32]) {
    self.indices = indices
  }

  public var traits: OperationTraits { .movement(.keepsAttention) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 1)
    let shape = operands[0]
    try require(shape.count == 3, "rows are gathered from a tensor of three axes, not from \(shape.text)")
    try require(
      indices.allSatisfy { Int($0) < shape[1] },
      "an index lies outside of the \(shape[1]) rows of \(shape.text)")
    return [shape[0], indices.count, shape[2]]
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    [context.gradient.applying(ScatterAddition(indices: indices, count: context.inputs[0].shape[1]))]
  }

  /// The outer and the inner axis stay apart.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands.axis(unlessIn: [1])
  }

  public func followedAxes(of operands: [Shape], in result: Shape) -> [[Int?]] {
    sameAxes(of: operands, without: [1])
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let (outer, rows, inner) = (node.shape[0], node.operandShape(0)[1], node.shape[2])
    let count = indices.count
    return try node.emitPlain(name) { [indices] arguments in
      let (input, output) = (arguments.inputs[0], arguments.output)
      guard inner > 0, count > 0 else { return }
      arguments.team.forEachChunk(of: outer * count, grain: max(1, 16_384 / inner)) { range in
        for position in range {
          let (block, index) = position.quotientAndRemainder(dividingBy: count)
          let source = Int(indices[index])
          if inner == 1 {
            output[position] = source < 0 ? 0 : input[block * rows + source]
          } else if source < 0 {
            (output + position * inner).update(repeating: 0, count: inner)
          } else {
            (output + position * inner).update(from: input + (block * rows + source) * inner, count: inner)
          }
        }
      }
    }
  }
}

extension Value {
  /// Elements along an axis, in any order and any number of times; a negative index gives zeros.
  package func gathered(_ indices: [Int32], along axis: Int) -> Value {
    // What views of memory are exported as is often the tensor itself.
    if indices.elementsEqual(0..<Int32(clamping: shape[axis])) { return self }
    let (outer, inner) = (shape[..<axis].reduce(1, *), shape[(axis + 1)...].reduce(1, *))
    var result = shape
    result[axis] = indices.count
    return reshaped(to: [outer, shape[axis], inner]).applying(Gather(indices: indices)).reshaped(to: result)
  }

  /// Elements by their places in row-major order, laid out in `shape`; a negative place gives zero.
  package func gathered(_ places: [Int32], shape: Shape) -> Value {
    reshaped(to: [self.shape.elementCount]).gathered(places, along: 0).reshaped(to: shape)
  }

  /// Zeros of `shape` with each element added at its place in row-major order, or dropped where that is negative.
  package func scattered(_ places: [Int32], shape: Shape) -> Value {
    reshaped(to: [1, self.shape.elementCount, 1])
      .applying(ScatterAddition(indices: places, count: shape.elementCount)).reshaped(to: shape)
  }
}
