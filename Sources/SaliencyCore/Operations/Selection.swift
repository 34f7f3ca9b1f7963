/// The second operand where the first is not 0, the third elsewhere, with NumPy's broadcasting.
///
/// Nothing of the operand that is not chosen comes through, be it infinite or not a number.
public struct Selection: Operation {
  /// A choice, element by element.
  public init() {}

  public var traits: OperationTraits { OperationTraits(relevance: .derivative, .keepsAttention) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 3)
    guard let shape = operands[0].broadcast(with: operands[1])?.broadcast(with: operands[2]) else {
      throw GraphError(
        .shapeMismatch,
        "operands of \(operands.map(\.text).joined(separator: ", ")) do not broadcast to one shape")
    }
    return shape
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    let condition = context.inputs[0]
    let zero = condition.builder.constant(Tensor(0))
    return [
      nil,
      context.gradient(for: 1) { condition.applying(Selection(), context.gradient, zero) },
      context.gradient(for: 2) { condition.applying(Selection(), zero, context.gradient) },
    ]
  }

  /// Where the operands have their items: elements meet their like.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands.alignedAxis(in: result)
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let extents = node.dimensions
    let strides = (0..<3).map { node.operandShape($0).padded(toRank: extents.count).repeatedStrides }
    let inner = extents[extents.count - 1]
    let rows = extents.dropLast().reduce(1, *)
    let steps = strides.map { $0[extents.count - 1] }
    return try node.emitPlain(name) { arguments in
      guard inner > 0 else { return }
      let output = arguments.output
      arguments.team.forEachChunk(of: rows, grain: max(1, 16_384 / inner)) { range in
        for row in range {
          var remaining = row
          var (condition, yes, no) = (arguments.inputs[0], arguments.inputs[1], arguments.inputs[2])
          for axis in stride(from: extents.count - 2, through: 0, by: -1) {
            let position = remaining % extents[axis]
            remaining /= extents[axis]
            condition += position * strides[0][axis]
            yes += position * strides[1][axis]
            no += position * strides[2][axis]
          }
          let result = output + row * inner
          for index in 0..<inner {
            result[index] = condition[index * steps[0]] != 0 ? yes[index * steps[1]] : no[index * steps[2]]
          }
        }
      }
    }
  }
}
