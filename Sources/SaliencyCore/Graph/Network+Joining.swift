extension Network {
  /// The same network with several inputs as one, items×elements, of which each takes a part.
  ///
  /// - Parameters:
  ///   - parts: the inputs, and where their elements lie in those of an item.
  ///   - label: the name of the one input.
  package func joiningInputs(_ parts: [(name: String, range: Range<Int>)], as label: String) -> Network {
    let taken = parts.compactMap { part in inputs.first { $0.name == part.name } }
    let count = taken.first?.shape.first ?? 1
    let whole = [count, parts.last?.range.upperBound ?? 0]
    var nodes = [Node(operation: Input(shape: whole, label: label), operands: [], shape: whole, name: label)]
    /// The new places of nodes.
    var moved: [Int] = []
    for (index, node) in graph.nodes.enumerated() {
      if let position = taken.firstIndex(where: { $0.node == index }) {
        let (range, port) = (parts[position].range, taken[position])
        let slice = Slice(starts: [0, range.lowerBound], counts: [count, range.count], steps: [1, 1])
        nodes.append(
          Node(operation: slice, operands: [0], shape: [count, range.count], name: port.name + "/joined"))
        nodes.append(
          Node(
            operation: Reshape(shape: port.shape), operands: [nodes.count - 1], shape: port.shape,
            name: port.name))
      } else {
        nodes.append(
          Node(
            operation: node.operation, operands: node.operands.map { moved[$0] }, shape: node.shape,
            name: node.name))
      }
      moved.append(nodes.count - 1)
    }
    var network = replacing(
      graph: Graph(nodes: nodes, outputs: graph.outputs.map { moved[$0] }),
      inputs: [Port(name: label, node: 0, shape: whole)],
      outputs: outputs.map { Port(name: $0.name, node: moved[$0.node], shape: $0.shape) },
      layers: layers.map {
        Layer(
          name: $0.layerName, call: $0.call, kind: $0.kind, node: moved[$0.node], shape: $0.shape,
          index: $0.index)
      })
    network.provenItemAxes = [:]
    return network
  }
}
