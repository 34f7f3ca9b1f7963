import SaliencyCore

extension Network {
  /// The same network asked for the scores that a final arg-max chooses from, where its output is the number of the best unit: that number has no slope.
  func askingBeforeArgMax() -> Network {
    guard let output = outputs.first else { return self }
    var node = graph.nodes[output.node]
    while node.operation is Reshape || node.operation is Transpose || node.operation is IntegerTruncation
      || node.operation is Affine
    {
      node = graph.nodes[node.operands[0]]
    }
    guard let ranking = node.operation as? TopKIndices, ranking.count == 1, ranking.isDescending else {
      return self
    }
    var scores = node.operands[0]
    // Of equal ones the last is found by looking from the end.
    if let reversed = graph.nodes[scores].operation as? Slice, reversed.steps[ranking.axis] == -1 {
      scores = graph.nodes[scores].operands[0]
    }
    let before = Port(name: output.name, node: scores, shape: graph.nodes[scores].shape)
    var network = replacing(outputs: [before] + outputs.dropFirst())
    network.finalArgMax = (ranking.axis, output)
    return network
  }
}
