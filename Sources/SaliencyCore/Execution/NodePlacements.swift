/// Where the values of a graph's nodes lie while a plan is made, and who has yet to read them.
struct NodePlacements {
  /// For each node whether an output depends on it.
  let isLive: [Bool]
  /// For each node the live nodes that read it.
  let users: [[Int]]
  private var placements: [Placement?]
  /// For each node how many of its users, and of the graph's outputs, are not lowered yet.
  private var remainingUses: [Int]
  /// For each buffer how many nodes' values lie in it that are still read.
  private var holders: [Int: Int] = [:]

  init(_ graph: Graph) {
    isLive = graph.reachable
    placements = Array(repeating: nil, count: graph.nodes.count)
    var users = [[Int]](repeating: [], count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() where isLive[index] {
      for operand in node.operands { users[operand].append(index) }
    }
    self.users = users
    remainingUses = users.map(\.count)
    for output in graph.outputs { remainingUses[output] += 1 }
  }

  /// Where the value of a node lies; nil before it is lowered.
  subscript(node: Int) -> Placement? { placements[node] }

  mutating func place(_ node: Int, at placement: Placement) {
    placements[node] = placement
    holders[placement.buffer, default: 0] += 1
  }

  /// The only node that reads `node`, unless it is an output as well.
  func soleUser(of node: Int) -> Int? {
    users[node].count == 1 && remainingUses[node] == 1 ? users[node][0] : nil
  }

  /// The buffer of a node's value where one reader is left and no other value lies there.
  func bufferBeforeLastUse(of node: Int) -> Int? {
    guard remainingUses[node] == 1, let buffer = placements[node]?.buffer, holders[buffer] == 1 else {
      return nil
    }
    return buffer
  }

  /// Notes that a reader of a node is lowered, and returns the buffer where that was the last one of all values in it.
  mutating func release(_ node: Int) -> Int? {
    remainingUses[node] -= 1
    guard remainingUses[node] == 0, let buffer = placements[node]?.buffer else { return nil }
    holders[buffer]! -= 1
    return holders[buffer] == 0 ? buffer : nil
  }
}
