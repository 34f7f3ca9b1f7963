public import SaliencyCore

extension Network {
  /// The layer that gives the rows of an embedding which the numbers of an input pick, such as those of tokens; nil where they pick
  /// none.
  ///
  /// Such numbers have no gradient. What is asked of them is asked of this layer: batch×tokens×features for an input of batch×tokens.
  /// The rows are those of a constant matrix, and nothing but moves and casts stands between the input and the pick. A product of the matrix with
  /// what says by comparisons which number it is picks rows, too.
  ///
  /// - Parameter input: one of the network's inputs.
  /// - Returns: the first such layer in the order of the model.
  public func embeddingLayer(of input: Port) -> Layer? { pickedRows(of: input)?.layer }

  /// The same layer, and the number of rows that there are to pick.
  func pickedRows(of input: Port) -> (layer: Layer, count: Int)? {
    let isConstant = graph.isConstant
    for layer in layers {
      if let count = pickedRowCount(of: layer, by: input, isConstant) { return (layer, count) }
    }
    return nil
  }

  /// The number of rows that a layer picks some of by an input's numbers; nil where it does not.
  private func pickedRowCount(of layer: Layer, by input: Port, _ isConstant: [Bool]) -> Int? {
    var node = graph.nodes[layer.node]
    while node.operation is Reshape { node = graph.nodes[node.operands[0]] }
    if node.operation is MatrixProduct, isConstant[node.operands[1]], layer.shape.count > 2 {
      let table = graph.nodes[node.operands[1]].shape
      return isOneHot(node.operands[0], of: input.node, isConstant) ? table.dropLast().last : nil
    }
    guard let pick = node.operation as? AxisGather, node.shape.count - 1 > pick.axis, node.shape.last! > 1,
      isConstant[node.operands[0]]
    else { return nil }
    // One matrix: rows are picked along the axis before the last, and there is one of whatever lies before.
    let table = graph.nodes[node.operands[0]].shape
    guard pick.axis == table.count - 2, table.dropLast(2).allSatisfy({ $0 == 1 }),
      moves(from: input.node, to: node.operands[1])
    else { return nil }
    return table[pick.axis]
  }

  /// Whether a node says for each number of an input which of several it is, by comparing it with each of them.
  private func isOneHot(_ index: Int, of input: Int, _ isConstant: [Bool]) -> Bool {
    var index = index
    while true {
      let node = graph.nodes[index]
      switch node.operation {
      case is Reshape, is Transpose, is Broadcast, is IntegerTruncation: index = node.operands[0]
      case is Selection:
        // One number where it is the one, another where not.
        guard isConstant[node.operands[1]], isConstant[node.operands[2]] else { return false }
        index = node.operands[0]
      case is Comparison:
        guard let open = node.operands.first(where: { !isConstant[$0] }),
          node.operands.contains(where: { isConstant[$0] })
        else { return false }
        return moves(from: input, to: open)
      default: return false
      }
    }
  }

  /// Whether a node's elements are those of another, in whatever places.
  private func moves(from source: Int, to node: Int) -> Bool {
    var index = node
    while index != source {
      let node = graph.nodes[index]
      switch node.operation {
      case is Reshape, is Transpose, is Broadcast, is Slice, is Gather, is IntegerTruncation:
        index = node.operands[0]
      case is Addition:
        // Positions that are negative are counted from the end: p + (p < 0) · extent.
        guard let scaled = node.operands.firstIndex(where: isScaledComparison) else { return false }
        index = node.operands[1 - scaled]
      default: return false
      }
    }
    return true
  }

  private func isScaledComparison(_ index: Int) -> Bool {
    let node = graph.nodes[index]
    return node.operation is Affine && graph.nodes[node.operands[0]].operation is Comparison
  }
}
