extension GraphBuilder {
  /// Appends a whole graph, with values of this one in place of its inputs, and returns its outputs.
  ///
  /// - Parameters:
  ///   - graph: what is appended.
  ///   - inputs: what stands for the inputs, by label; an input without a value stays an input.
  package func embed(_ graph: Graph, inputs: [String: Value]) throws(GraphError) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(graph.nodes.count)
    for node in graph.nodes {
      if let input = node.operation as? Input, let value = inputs[input.label] {
        guard value.shape == input.shape else {
          throw GraphError(
            .shapeMismatch,
            "a value of \(value.shape.text) does not fit input '\(input.label.printable())' of \(input.shape.text)"
          )
        }
        values.append(value)
      } else {
        values.append(append(node.operation, node.operands.map { values[$0] }, name: node.name))
      }
    }
    return graph.outputs.map { values[$0] }
  }
}
