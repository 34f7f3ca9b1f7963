/// Transpositions moved behind the operations that work in any order of axes, until they meet their inverse and vanish.
///
/// Networks with channels last put one before each convolution and one behind it. Moved down, they leave convolutions,
/// activations, additions and their gradients to one another, as in a network with channels first.
enum TransposeSinking {
  /// Two transpositions in a row are one, or none.
  static let intoTranspose: GraphRewriter.Rule = { candidate in
    guard let outer = candidate.operation as? Transpose, candidate.operands[0].node.operation is Transpose
    else { return nil }
    return permuted(candidate.operands[0], outer.permutation)
  }

  /// operation(Transpose(x), …) becomes Transpose(operation(x, …)).
  static let belowOperation: GraphRewriter.Rule = { candidate in
    let operands = candidate.operands
    guard
      let permutation = operands.lazy.compactMap({ ($0.node.operation as? Transpose)?.permutation }).first,
      operands.allSatisfy({ $0.shape.count <= permutation.count }),
      operands.contains(where: { $0.shape.count == permutation.count && !$0.isConstant }),
      let operation = candidate.operation.reordered(by: permutation)
    else { return nil }
    let inverse = Array(permutation.indices).moved(to: permutation)
    guard operands.allSatisfy({ isFree($0, permutation, inverse) }) else { return nil }
    let moved = operands.map { reordered($0, by: inverse) }
    let builder = operands[0].builder
    return permuted(
      builder.append(operation, moved, name: candidate.name), permutation, name: candidate.name)
  }

  /// Whether an operand can be had in the other order without moving a tensor of the network's size: it is transposed
  /// itself, a constant, made by repetition, or one number a channel.
  private static func isFree(_ operand: Value, _ permutation: [Int], _ inverse: [Int]) -> Bool {
    let isTransposed = (operand.node.operation as? Transpose)?.permutation == permutation
    if isTransposed || operand.isConstant || operand.node.operation is Broadcast { return true }
    let padded = operand.shape.padded(toRank: permutation.count)
    return inverse.dropFirst(2).allSatisfy { padded[$0] == 1 }
  }

  /// An operand, broadcast to as many axes as `permutation` has, with its axes reordered.
  private static func reordered(_ operand: Value, by permutation: [Int]) -> Value {
    let padded = operand.shape.padded(toRank: permutation.count)
    if operand.node.operation is Broadcast {
      let source = operand.builder.value(at: operand.node.operands[0])
      return reordered(source, by: permutation).broadcast(to: permutation.map { padded[$0] })
    }
    // Where only axes of extent 1 change places, no element does.
    let moved = permutation.filter { padded[$0] != 1 }
    guard moved != moved.sorted() else { return operand.reshaped(to: permutation.map { padded[$0] }) }
    return permuted(operand.reshaped(to: padded), permutation)
  }

  /// The value with its axes reordered, through as few nodes as will do.
  private static func permuted(_ value: Value, _ permutation: [Int], name: String? = nil) -> Value {
    guard let inner = value.node.operation as? Transpose else {
      return value.transposed(permutation, name: name)
    }
    return value.builder.value(at: value.node.operands[0]).transposed(
      permutation.map { inner.permutation[$0] }, name: name)
  }
}
