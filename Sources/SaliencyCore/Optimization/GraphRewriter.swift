/// A graph built anew, node by node, without what no output needs, with equal nodes made one and local rules applied.
struct GraphRewriter {
  /// What a rule sees of a node whose operands have been rewritten already.
  struct Candidate {
    let operation: any Operation
    let operands: [Value]
    let name: String
    /// How many nodes read each operand in the old graph.
    let operandUses: [Int]
  }

  /// A rule: the value that replaces a node, or nil where it does not apply.
  typealias Rule = @Sendable (Candidate) -> Value?

  /// Rewrites `graph`, trying `rules` in order at each node until none applies.
  static func rewrite(_ graph: Graph, rules: [Rule]) throws(GraphError) -> Graph {
    let builder = GraphBuilder()
    let isReachable = graph.reachable
    let uses = liveUseCounts(of: graph, isReachable)
    var values = [Value?](repeating: nil, count: graph.nodes.count)
    var known: [Signature: Int] = [:]
    for (index, node) in graph.nodes.enumerated() where isReachable[index] {
      builder.scope = node.name
      let operands = node.operands.map { values[$0]! }
      let candidate = Candidate(
        operation: node.operation, operands: operands, name: node.name,
        operandUses: node.operands.map { uses[$0] })
      if let value = rules.lazy.compactMap({ $0(candidate) }).first {
        values[index] = value
        continue
      }
      let signature = Signature(operation: AnyHashable(node.operation), operands: operands.map(\.index))
      if let same = known[signature] {
        values[index] = builder.value(at: same)
      } else {
        let value = builder.append(node.operation, operands, name: node.name)
        known[signature] = value.index
        values[index] = value
      }
    }
    return try builder.graph(outputs: graph.outputs.map { values[$0]! })
  }

  private struct Signature: Hashable {
    let operation: AnyHashable
    let operands: [Int]
  }

  private static func liveUseCounts(of graph: Graph, _ isReachable: [Bool]) -> [Int] {
    var counts = [Int](repeating: 0, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() where isReachable[index] {
      for operand in node.operands { counts[operand] += 1 }
    }
    for output in graph.outputs { counts[output] += 1 }
    return counts
  }
}

extension Graph {
  /// The same results from fewer nodes: what no output needs is gone, equal nodes are one, transpositions have met their
  /// inverses, and padding, and scales and shifts by channel, have moved into the convolutions beside them.
  public func optimized() throws(GraphError) -> Graph {
    let sunk = try GraphRewriter.rewrite(
      self, rules: [TransposeSinking.intoTranspose, TransposeSinking.belowOperation])
    let folded = try GraphRewriter.rewrite(
      sunk,
      rules: [
        ScaleFolding.intoConvolution, ScaleFolding.intoGradient, PaddingFolding.intoConvolution,
        PaddingFolding.intoGradient,
      ])
    // Once more, as forward and backward rules make the same kernels and leave the old ones behind.
    return try folded.compacted()
  }
}
