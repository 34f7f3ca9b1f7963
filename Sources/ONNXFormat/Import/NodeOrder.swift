import SaliencyCore

/// The nodes of a graph, of a branch of one, or of a function, and what they begin and end with.
struct NodeBody {
  var nodes: [ONNXNodeProto]
  var inputs: [String]
  var outputs: [String]
  var weights: [String] = []
  var sparseWeights: [String] = []

  init(_ graph: ONNXGraphProto) {
    nodes = graph.node
    inputs = graph.input.map(\.name)
    outputs = graph.output.map(\.name)
    weights = graph.initializer.map(\.name)
    sparseWeights = graph.sparseInitializer.map(\.values.name)
  }

  init(_ function: ONNXFunctionProto) {
    nodes = function.node
    inputs = function.input
    outputs = function.output
  }
}

/// Which nodes of a graph have to be computed, and that they stand in an order in which they can be.
enum NodeOrder {
  /// The indices of the nodes that an output depends on, ascending.
  ///
  /// - Parameter isVisible: whether a name belongs to a value around the body.
  /// - Throws: `ONNXError` where a value is produced twice, is used before it is produced, or by nobody: ONNX demands
  ///   nodes in topological order, so a cycle is found here as well.
  static func needed(
    in body: NodeBody, file: String, isVisible: (String) -> Bool = { _ in false }
  ) throws(ONNXError) -> [Int] {
    let given = try given(in: body, file: file)
    let sparse = Set(body.sparseWeights)
    var producers: [String: Int] = [:]
    for (index, node) in body.nodes.enumerated() {
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
    var isNeeded = [Bool](repeating: false, count: body.nodes.count)
    for output in body.outputs {
      if let producer = producers[output] {
        isNeeded[producer] = true
      } else if !given.contains(output), !isVisible(output), !sparse.contains(output) {
        throw ONNXError(.invalidModel, "no node produces this output", file: file, tensor: output)
      }
    }
    for index in body.nodes.indices.reversed() where isNeeded[index] {
      let node = body.nodes[index]
      for name in node.input + node.capturedNames where !name.isEmpty && !given.contains(name) {
        guard let producer = producers[name] else {
          // A sparse weight is refused where it is read.
          if isVisible(name) || sparse.contains(name) { continue }
          throw ONNXError(
            .invalidModel, "its input '\(name.printable())' is produced by no node, input or initializer",
            file: file,
            node: node.displayName)
        }
        guard producer < index else {
          throw ONNXError(
            .invalidModel,
            "its input '\(name.printable())' is produced only by the later node "
              + "'\(body.nodes[producer].displayName.printable())'; nodes have to stand in topological order",
            file: file,
            node: node.displayName)
        }
        isNeeded[producer] = true
      }
    }
    return body.nodes.indices.filter { isNeeded[$0] }
  }

  /// The names of inputs and weights, each of which may be there only once; a weight may be listed as an input as well.
  private static func given(in body: NodeBody, file: String) throws(ONNXError) -> Set<String> {
    func distinct(_ names: [String], _ role: String) throws(ONNXError) -> Set<String> {
      var known: Set<String> = []
      for name in names where !known.insert(name).inserted {
        throw ONNXError(
          .invalidModel, "two \(role) have this name; each value has to have one", file: file, tensor: name)
      }
      return known
    }
    return try distinct(body.inputs, "inputs").union(try distinct(body.weights, "weights"))
  }
}

extension ONNXNodeProto {
  /// The names of values around the node that its subgraphs use.
  var capturedNames: Set<String> {
    var names: Set<String> = []
    for attribute in attribute {
      for graph in attribute.graphs + (attribute.hasG ? [attribute.g] : []) {
        names.formUnion(graph.capturedNames)
      }
    }
    return names
  }
}

extension ONNXGraphProto {
  fileprivate var capturedNames: Set<String> {
    var names = Set(output.map(\.name))
    for node in node {
      names.formUnion(node.input)
      names.formUnion(node.capturedNames)
    }
    for node in node { names.subtract(node.output) }
    return names.subtracting(initializer.map(\.name)).subtracting(input.map(\.name))
      .subtracting(sparseInitializer.map(\.values.name))
  }
}
