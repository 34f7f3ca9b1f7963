import SaliencyCore

/// Which nodes of a graph have to be computed, and that they stand in an order in which they can be.
enum NodeOrder {
  /// The indices of the nodes that an output depends on, ascending.
  ///
  /// - Throws: `ONNXError` where a value is produced twice, is used before it is produced, or by nobody: ONNX demands
  ///   nodes in topological order, so a cycle is found here as well.
  static func needed(in graph: ONNXGraphProto, file: String) throws(ONNXError) -> [Int] {
    let given = try given(in: graph, file: file)
    let sparse = Set(graph.sparseInitializer.map(\.values.name))
    var producers: [String: Int] = [:]
    for (index, node) in graph.node.enumerated() {
      guard node.output.contains(where: { !$0.isEmpty }) else {
        throw ONNXError(
          .invalidModel, "it has no outputs; each node has to produce something", file: file,
          node: node.displayName)
      }
      for name in node.output where !name.isEmpty {
        guard !given.contains(name) else {
          throw ONNXError(
            .invalidModel, "it produces '\(name.printable())', which is an input or a weight already",
            file: file,
            node: node.displayName)
        }
        guard producers.updateValue(index, forKey: name) == nil else {
          throw ONNXError(
            .invalidModel, "two nodes produce '\(name.printable())'; each value has to have one producer",
            file: file,
            node: node.displayName)
        }
      }
    }
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
          if sparse.contains(name) {
            throw ONNXError(
              .unsupportedOperator, "it is sparse, and only dense weights are supported", file: file,
              node: node.displayName, tensor: name)
          }
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

  /// The names of inputs and weights, each of which may be there only once; a weight may be listed as an input as well.
  private static func given(in graph: ONNXGraphProto, file: String) throws(ONNXError) -> Set<String> {
    func distinct(_ names: [String], _ role: String) throws(ONNXError) -> Set<String> {
      var known: Set<String> = []
      for name in names where !known.insert(name).inserted {
        throw ONNXError(
          .invalidModel, "two \(role) have this name; each value has to have one", file: file, tensor: name)
      }
      return known
    }
    return try distinct(graph.input.map(\.name), "inputs")
      .union(try distinct(graph.initializer.map(\.name), "weights"))
  }
}
