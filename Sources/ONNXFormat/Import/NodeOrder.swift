/// Which nodes of a graph have to be computed, and that they stand in an order in which they can be.
enum NodeOrder {
  /// The indices of the nodes that an output depends on, ascending.
  ///
  /// - Throws: `ONNXError` where a value is produced twice, is used before it is produced, or by nobody: ONNX demands
  ///   nodes in topological order, so a cycle is found here as well.
  static func needed(in graph: ONNXGraphProto, file: String) throws(ONNXError) -> [Int] {
    var producers: [String: Int] = [:]
    for (index, node) in graph.node.enumerated() {
      for name in node.output where !name.isEmpty {
        guard producers.updateValue(index, forKey: name) == nil else {
          throw ONNXError(
            .invalidModel, "two nodes produce '\(name.printable())'; each value has to have one producer",
            file: file,
            node: node.displayName)
        }
      }
    }
    let given = Set(graph.input.map(\.name)).union(graph.initializer.map(\.name))
    var isNeeded = [Bool](repeating: false, count: graph.node.count)
    for output in graph.output {
      if let producer = producers[output.name] {
        isNeeded[producer] = true
      } else if !given.contains(output.name) {
        throw ONNXError(.invalidModel, "no node produces this output", file: file, tensor: output.name)
      }
    }
    for index in graph.node.indices.reversed() where isNeeded[index] {
      let node = graph.node[index]
      for name in node.input where !name.isEmpty && !given.contains(name) {
        guard let producer = producers[name] else {
          throw ONNXError(
            .invalidModel, "its input '\(name.printable())' is produced by no node, input or initialiser",
            file: file,
            node: node.displayName)
        }
        guard producer < index else {
          throw ONNXError(
            .invalidModel,
            "its input '\(name.printable())' is produced only by the later node "
              + "'\(graph.node[producer].displayName.printable())'; nodes have to stand in topological order",
            file: file,
            node: node.displayName)
        }
        isNeeded[producer] = true
      }
    }
    return graph.node.indices.filter { isNeeded[$0] }
  }
}
