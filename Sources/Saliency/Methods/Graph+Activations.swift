import SaliencyCore

extension Graph {
  /// For each node whether it is an activation, or the end of one that a layer writes down as x · f(x) or x ÷ f(x), such as a rectifier with a
  /// slope for each channel.
  var isActivation: [Bool] {
    let isConstant = self.isConstant
    return nodes.map { node in
      let traits = node.operation.traits
      if traits.properties.contains(.activation) { return true }
      guard traits.relevance == .factors || traits.relevance == .first, node.operands.count == 2 else {
        return false
      }
      let operands = (node.operands[0], node.operands[1])
      return isFunction(operands.1, of: operands.0, in: node.name, isConstant)
        || isFunction(operands.0, of: operands.1, in: node.name, isConstant)
    }
  }

  /// Whether a value is computed from another one and constants alone, element by element and by nodes of one layer.
  private func isFunction(_ index: Int, of argument: Int, in layer: String, _ isConstant: [Bool]) -> Bool {
    var (waiting, seen) = ([index], Set<Int>())
    while let next = waiting.popLast() {
      guard next != argument, !isConstant[next], seen.insert(next).inserted else { continue }
      guard nodes[next].name == layer, nodes[next].operation.traits.properties.contains(.elementwise) else {
        return false
      }
      waiting += nodes[next].operands
    }
    return !seen.isEmpty && !isConstant[argument]
  }
}
