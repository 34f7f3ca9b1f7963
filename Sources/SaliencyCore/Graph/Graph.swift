/// One operation applied to earlier nodes.
public struct Node: Sendable {
  /// What is computed.
  public let operation: any Operation
  /// The nodes that it is computed from, by index.
  public let operands: [Int]
  /// The shape of the result.
  public let shape: Shape
  /// The name that the node had in the model, or one derived from it; empty where there is none.
  public let name: String
}

/// A network, or a network with its explanation: nodes in topological order and the ones that are asked for.
///
/// A flat array, so that a network of a hundred thousand layers is released without recursion.
public struct Graph: Sendable {
  /// All nodes; each stands after its operands.
  public let nodes: [Node]
  /// The results, by index of the node.
  public let outputs: [Int]

  /// The graph's inputs, by index of the node, in the order in which they were added.
  public var inputs: [Int] { nodes.indices.filter { nodes[$0].operation is Input } }

  /// How many nodes read each node; being an output counts as one more.
  var useCounts: [Int] {
    var counts = [Int](repeating: 0, count: nodes.count)
    for node in nodes {
      for operand in node.operands { counts[operand] += 1 }
    }
    for output in outputs { counts[output] += 1 }
    return counts
  }

  /// For each node whether it depends on no input.
  package var isConstant: [Bool] {
    var isConstant = [Bool](repeating: false, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      isConstant[index] = !(node.operation is Input) && node.operands.allSatisfy { isConstant[$0] }
    }
    return isConstant
  }

  /// For each node whether an output depends on it.
  public var reachable: [Bool] {
    var reachable = [Bool](repeating: false, count: nodes.count)
    for output in outputs { reachable[output] = true }
    for index in nodes.indices.reversed() where reachable[index] {
      for operand in nodes[index].operands { reachable[operand] = true }
    }
    return reachable
  }
}
