import SaliencyCore

/// Bodies that stand in the place of a node: of a function, of a branch, of the turns of a loop.
extension GraphImporter {
  /// The results of a function, whose nodes see its operands and attributes alone.
  mutating func results(
    of function: LocalFunctions.Function, _ operands: [ImportedValue?], node: ONNXNodeProto, name: String
  ) throws(ONNXError) -> [ImportedValue] {
    func invalid(_ message: String) -> ONNXError {
      ONNXError(.invalidModel, "(\(node.opType.printable())) \(message)", file: file.path, node: name)
    }
    guard operands.count <= function.body.inputs.count, node.output.count <= function.body.outputs.count
    else {
      throw invalid(
        "the function takes \(function.body.inputs.count) operands and gives \(function.body.outputs.count) results, "
          + "and the node has \(operands.count) and \(node.output.count)")
    }
    var scope = ImportScope(operatorSetVersion: function.operatorSetVersion)
    for attribute in function.defaults { scope.attributes[attribute.name] = attribute }
    for attribute in node.attribute {
      guard function.attributes.contains(attribute.name) else {
        throw invalid("the function has no attribute '\(attribute.name.printable())'")
      }
      scope.attributes[attribute.name] = attribute
    }
    for (name, operand) in zip(function.body.inputs, operands) { scope.values[name] = operand }
    return try results(of: function.body, order: function.order, scope, name: name)
  }

  func order(of body: NodeBody, name: String) throws(ONNXError) -> [Int] {
    do throws(ONNXError) {
      return try NodeOrder.needed(in: body, file: file.path, isVisible: { isVisible($0) })
    } catch {
      var error = error
      error.node = error.node.map { "\(name)/\($0)" } ?? name
      throw error
    }
  }

  /// A scope for a subgraph, which sees what is around it.
  func scope(of graph: ONNXGraphProto) -> ImportScope {
    let around = scopes[scopes.count - 1]
    var scope = ImportScope(operatorSetVersion: around.operatorSetVersion, graph: graph)
    scope.attributes = around.attributes
    scope.isOpen = true
    return scope
  }

  mutating func results(
    of body: NodeBody, order: [Int], _ scope: ImportScope, name: String
  ) throws(ONNXError) -> [ImportedValue] {
    guard scopes.count < Self.depthLimit else {
      throw ONNXError(
        .limitExceeded, "functions and branches are nested more than \(Self.depthLimit) deep",
        file: file.path,
        node: name)
    }
    var scope = scope
    scope.prefix = name + "/"
    scopes.append(scope)
    defer { scopes.removeLast() }
    try importNodes(body.nodes, order: order)
    builder.scope = name
    var results: [ImportedValue] = []
    for output in body.outputs {
      guard let value = try value(named: output) else {
        throw ONNXError(
          .invalidModel, "it gives no value for its output '\(output.printable())'", file: file.path,
          node: name)
      }
      results.append(value)
    }
    return results
  }
}
