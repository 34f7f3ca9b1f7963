extension Graph {
  /// The nodes that can be worked out before the graph runs and are worth it: constants that others are computed from, which
  /// take no more room than what they are made of.
  ///
  /// - Parameter keepsLeaves: whether what they are made of stays where it is anyway, so that only small ones are worth it.
  package func foldableNodes(keepsLeaves: Bool) -> [Int] {
    let isReachable = reachable
    let isConstant = self.isConstant
    var isRead = [Bool](repeating: false, count: nodes.count)
    for output in outputs { isRead[output] = true }
    for (index, node) in nodes.enumerated() where isReachable[index] && !isConstant[index] {
      for operand in node.operands { isRead[operand] = true }
    }
    let uses = useCounts
    return nodes.indices.filter { index in
      guard isReachable[index], isConstant[index], isRead[index], !nodes[index].operands.isEmpty else {
        return false
      }
      let count = nodes[index].shape.elementCount
      return count <= 4_096 || !keepsLeaves && count <= freedCount(by: index, uses)
    }
  }

  /// How many numbers nobody needs any more once a constant is worked out.
  private func freedCount(by index: Int, _ uses: [Int]) -> Int {
    var readers: [Int: Int] = [:]
    var pending = [index]
    var freed = 0
    while let node = pending.popLast() {
      if nodes[node].operands.isEmpty { freed += nodes[node].shape.elementCount }
      for operand in nodes[node].operands {
        readers[operand, default: 0] += 1
        if readers[operand] == uses[operand] { pending.append(operand) }
      }
    }
    return freed
  }

  /// The same graph with constants in place of some nodes, of their shapes; no node changes its index.
  package func replacing(_ tensors: [Int: Tensor]) -> Graph {
    let replaced = nodes.enumerated().map { index, node in
      tensors[index].map { tensor in
        precondition(tensor.shape == node.shape, "a constant has the shape of the node that it replaces")
        return Node(operation: Constant(tensor), operands: [], shape: node.shape, name: node.name)
      } ?? node
    }
    return Graph(nodes: replaced, outputs: outputs)
  }

  /// The same results without nodes that no output needs, and with equal nodes made one.
  package func compacted() throws(GraphError) -> Graph { try GraphRewriter.rewrite(self, rules: []) }

  /// The same nodes with other outputs.
  package func withOutputs(_ outputs: [Int]) -> Graph { Graph(nodes: nodes, outputs: outputs) }

  /// Whether a constant of this graph is made in the same way as in another graph of the same nodes.
  package func isMadeAlike(_ index: Int, in other: Graph) -> Bool {
    var pending = [index]
    var isVisited: Set<Int> = []
    while let node = pending.popLast() {
      guard isVisited.insert(node).inserted else { continue }
      let (own, twin) = (nodes[node], other.nodes[node])
      guard own.operands == twin.operands, own.shape == twin.shape else { return false }
      if own.operation is Constant {
        guard twin.operation is Constant else { return false }
      } else if AnyHashable(own.operation) != AnyHashable(twin.operation) {
        return false
      }
      pending += own.operands
    }
    return true
  }
}
