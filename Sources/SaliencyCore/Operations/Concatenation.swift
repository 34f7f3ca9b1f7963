/// The operands one after another along an axis.
public struct Concatenation: Operation {
  /// The axis along which the operands are joined.
  public let axis: Int

  /// A concatenation along `axis`.
  public init(axis: Int) {
    self.axis = axis
  }

  public var traits: OperationTraits { .movement(.keepsAttention) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try require(!operands.isEmpty, "takes at least one operand")
    var shape = operands[0]
    try require(shape.indices.contains(axis), "\(shape.text) has no axis \(axis)")
    for operand in operands.dropFirst() {
      var aligned = operand
      if aligned.indices.contains(axis) { aligned[axis] = operands[0][axis] }
      try require(
        aligned == operands[0],
        "operands of \(operands[0].text) and \(operand.text) differ in more than axis \(axis)")
      shape[axis] += operand[axis]
    }
    return shape
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    var start = 0
    return context.inputs.indices.map { index in
      let extent = context.inputs[index].shape[axis]
      defer { start += extent }
      return context.gradient(for: index) {
        context.gradient.sliced(axis: axis, from: start, count: extent)
      }
    }
  }

  public func reordered(by permutation: [Int]) -> (any Operation)? {
    Concatenation(axis: permutation[axis])
  }

  /// All axes but its own stay apart.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands.alignedAxis(in: result).flatMap { $0.axis == axis ? nil : $0 }
  }

  /// The axis along which the parts lie, too.
  public func followedAxes(of operands: [Shape], in result: Shape) -> [[Int?]] {
    operands.map { $0.indices.map(Optional.some) }
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let parts = node.node.operands.indices.filter { node.operandShape($0)[axis] > 0 }.map(node.operand)
    guard parts.count > 1, node.shape.elementCount > 0 else { return parts.first ?? node.operand(0) }
    return try node.concatenation(of: parts, axis: axis)
  }
}
