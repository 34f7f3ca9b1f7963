import SaliencyCore

/// The attention of a network: each softmax along the last axis that stands between two products of what depends on the input.
///
/// The first product compares queries with keys, the second one weighs values. Scales, masks, biases and changes of shape may stand between them.
struct AttentionMatrices {
  /// One matrix of attention, or one a head.
  struct Matrix: Hashable {
    /// The softmax, whose last two axes are queries and keys.
    let softmax: Int
    /// The product that weighs values.
    let product: Int
  }

  /// In the order of the network.
  let matrices: [Matrix]
  /// The nodes inside of attention: from the queries, keys and values up to the product that weighs values.
  let inside: Set<Int>

  init(_ network: Network) {
    let search = AttentionSearch(network.graph)
    var (matrices, inside) = ([Matrix](), Set<Int>())
    for index in network.graph.nodes.indices {
      guard let found = search.attention(at: index) else { continue }
      matrices.append(Matrix(softmax: index, product: found.product))
      inside.formUnion(found.inside)
    }
    (self.matrices, self.inside) = (matrices, inside)
  }

  /// The nodes that any attention of a set of nodes is computed from.
  func ancestors(in nodes: Set<Int>, of graph: Graph) -> Set<Int> {
    var isReached = [Bool](repeating: false, count: graph.nodes.count)
    for matrix in matrices where nodes.contains(matrix.softmax) { isReached[matrix.softmax] = true }
    for index in graph.nodes.indices.reversed() where isReached[index] {
      for operand in graph.nodes[index].operands { isReached[operand] = true }
    }
    return Set(isReached.indices.filter { isReached[$0] })
  }
}

/// Looks for attention in a graph.
private struct AttentionSearch {
  private let nodes: [Node]
  private let dependsOnInput: [Bool]
  private let readers: [[Int]]

  /// How many nodes may stand between a softmax and a product.
  private static let reach = 64

  init(_ graph: Graph) {
    nodes = graph.nodes
    var dependsOnInput = [Bool](repeating: false, count: nodes.count)
    var readers = [[Int]](repeating: [], count: nodes.count)
    for (index, node) in nodes.enumerated() {
      dependsOnInput[index] = node.operation is Input || node.operands.contains { dependsOnInput[$0] }
      for operand in Set(node.operands) { readers[operand].append(index) }
    }
    (self.dependsOnInput, self.readers) = (dependsOnInput, readers)
  }

  /// The attention whose softmax stands at an index; nil where none does.
  func attention(at index: Int) -> (product: Int, inside: Set<Int>)? {
    let node = nodes[index]
    guard let softmax = node.operation as? Softmax, node.shape.count >= 3,
      softmax.axis == node.shape.count - 1,
      let above = path(
        from: index, to: isProduct, by: { node in nodes[node].operands.filter { dependsOnInput[$0] } }),
      let below = path(from: index, to: isProduct, by: { readers[$0] })
    else { return nil }
    var inside = Set(above + below)
    for product in [above.last!, below.last!] {
      for operand in nodes[product].operands where !inside.contains(operand) {
        inside.formUnion(projection(to: operand))
      }
    }
    return (below.last!, inside)
  }

  private func isProduct(_ index: Int) -> Bool {
    nodes[index].operation is MatrixProduct
      && nodes[index].operands.prefix(2).allSatisfy { dependsOnInput[$0] }
  }

  /// The nodes up to the first that is looked for, which is the last of them, through scales, masks and changes of shape.
  private func path(from start: Int, to isFound: (Int) -> Bool, by next: (Int) -> [Int]) -> [Int]? {
    var stack = [[start]]
    var isSeen: Set<Int> = [start]
    while let path = stack.popLast(), isSeen.count <= Self.reach {
      for node in next(path.last!) where isSeen.insert(node).inserted {
        if isFound(node) { return path + [node] }
        if nodes[node].operation.keepsAttention { stack.append(path + [node]) }
      }
    }
    return nil
  }

  /// The nodes from a product with weights, which makes queries, keys or values of tokens, to one of them.
  private func projection(to operand: Int) -> Set<Int> {
    var inside: Set<Int> = []
    var next = [operand]
    while let index = next.popLast(), inside.count <= Self.reach, inside.insert(index).inserted {
      let node = nodes[index]
      let sources = node.operands.filter { dependsOnInput[$0] }
      guard node.operation.keepsAttention, sources.count == 1 else {
        if !(node.operation is MatrixProduct && sources.count == 1) { inside.remove(index) }
        continue
      }
      next += sources
    }
    return inside
  }
}

extension Operation {
  fileprivate var keepsAttention: Bool { traits.properties.contains(.keepsAttention) }
}
