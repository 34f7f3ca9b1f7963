/// What an operation sees of the plan while one of its nodes is lowered.
public struct NodeLowering {
  let plan: PlanBuilder
  let index: Int

  var node: Node { plan.graph.nodes[index] }
  var shape: Shape { node.shape }

  /// The extents of the result as layouts count them.
  var dimensions: [Int] { Placement.dimensions(of: shape) }

  func operandShape(_ position: Int) -> Shape { plan.graph.nodes[node.operands[position]].shape }

  /// The operand in whatever layout it has.
  func operand(_ position: Int) -> Placement { plan.placement(of: node.operands[position]) }

  /// The operand in row-major layout.
  func plainOperand(_ position: Int, _ type: ElementType = .single) throws -> Placement {
    try plan.plain(operand(position), shape: operandShape(position), type)
  }

  /// The elementwise function that alone reads this node, to be computed with it; it is marked as placed by
  /// `placeFollower`.
  func elementwiseFollower() -> (function: ElementwiseFunction, node: Int)? {
    guard let user = plan.soleUser(of: index),
      let operation = plan.graph.nodes[user].operation as? any ElementwiseOperation,
      case .primitive(let function) = operation.lowering.kind
    else { return nil }
    return (function, user)
  }

  /// A kernel of our own whose operands and result are all row-major.
  func emitPlain(_ label: String, _ kernel: @escaping Kernel) throws -> Placement {
    let operands = try node.operands.indices.map { try plainOperand($0) }
    let output = try plan.allocatePlain(shape)
    try plan.emit(label, reads: operands, writes: output, kernel)
    return output
  }
}
