import SaliencyCore

/// Turns the nodes of an ONNX graph, one after another, into nodes of ours.
///
/// Where a node calls a function of the model's own or is an `If` whose condition is known, the nodes of the function or
/// of the branch stand in its place, named after it.
struct GraphImporter {
  let file: ONNXModelFile
  let builder = GraphBuilder()
  private let functions: LocalFunctions
  /// The graph's scope, and those of calls and branches that are being imported, innermost last.
  private var scopes: [ImportScope]
  private var layers: [Network.Layer] = []
  private var importedNodeCount = 0
  /// How many numbers were worked out so far, which a small file could ask for without end.
  private var foldedElementCount = 0
  private static let foldedElementLimit = 1 << 27
  /// How many nodes there may be with functions written out, as many as the largest files have without.
  private static let nodeLimit = 1 << 17
  /// How deep functions and branches may be nested.
  private static let depthLimit = 64

  init(file: ONNXModelFile, functions: LocalFunctions) {
    self.file = file
    self.functions = functions
    scopes = [
      ImportScope(operatorSetVersion: file.operatorSetVersion, initializers: file.model.graph.initializer)
    ]
  }

  mutating func addInput(_ name: String, shape: Shape, type: ONNXElementType) {
    scopes[0].values[name] = .computed(builder.input(name, shape: shape), type)
  }

  /// An input whose elements are known now.
  mutating func addConstant(_ name: String, _ tensor: Tensor, type: ONNXElementType) {
    scopes[0].values[name] =
      type.isFloatingPoint && tensor.shape.elementCount > Numbers.limit
      ? .weights(tensor, type) : .numbers(Numbers(tensor, type: type).clamped)
  }

  /// Imports `nodes`, which stand in topological order.
  mutating func network(nodes: [Int], inputs: [String], outputs: [String]) throws(ONNXError) -> Network {
    try throwFailure(node: nil)
    try importNodes(NodeBody(file.model.graph).nodes, order: nodes)
    var ports: [Network.Port] = []
    for name in outputs {
      guard let value = try value(named: name) else {
        throw ONNXError(.invalidModel, "no node produces this output", file: file.path, tensor: name)
      }
      let node = value.value(in: builder, name: name)
      ports.append(.init(name: name, node: node.index, shape: node.shape))
    }
    let inputPorts = inputs.compactMap { name -> Network.Port? in
      guard case .computed(let value, _)? = scopes[0].values[name] else { return nil }
      return .init(name: name, node: value.index, shape: value.shape)
    }
    do throws(GraphError) {
      let graph = try builder.graph(outputs: ports.map { builder.value(at: $0.node) })
      return Network(graph: graph, inputs: inputPorts, outputs: ports, layers: layers)
    } catch {
      throw ONNXError(error, file: file.path, node: nil)
    }
  }

  /// Imports the nodes of a body in the innermost scope.
  private mutating func importNodes(_ nodes: [ONNXNodeProto], order: [Int]) throws(ONNXError) {
    let scope = scopes.count - 1
    for index in order {
      let node = scopes[scope].resolved(nodes[index])
      let name = scopes[scope].prefix + node.displayName
      importedNodeCount += 1
      guard importedNodeCount <= Self.nodeLimit else {
        throw ONNXError(
          .limitExceeded, "with its functions written out the model has more than \(Self.nodeLimit) nodes",
          file: file.path, node: name)
      }
      builder.scope = name
      let first = builder.nodes.count
      let results = try self.results(of: node, name: name)
      try throwFailure(node: name)
      for (name, result) in zip(node.output, results) where !name.isEmpty {
        scopes[scope].values[name] = result
      }
      for name in node.output.dropFirst(results.count) { scopes[scope].missingResults[name] = node }
      if case .computed(let value, _)? = results.first,
        value.index >= first || !(value.node.operation is Constant)
      {
        layers.append(
          .init(name: name, kind: node.opType, node: value.index, shape: value.shape, index: layers.count))
      }
    }
  }

  private mutating func results(of node: ONNXNodeProto, name: String) throws(ONNXError) -> [ImportedValue] {
    var operands: [ImportedValue?] = []
    for input in node.input { operands.append(input.isEmpty ? nil : try value(named: input)) }
    if let function = functions[node] { return try results(of: function, operands, node: node, name: name) }
    let operatorSetVersion = scopes[scopes.count - 1].operatorSetVersion
    let branch: ONNXGraphProto
    do throws(ImportFailure) {
      guard node.isKnownOperator else { throw .unsupported("the operator is not supported") }
      if operatorSetVersion < 7 { try OlderOperators.align(&operands, of: node, builder) }
      let context = NodeImport(
        node: node, name: name, inputs: operands, builder: builder, operatorSetVersion: operatorSetVersion,
        file: file)
      try OperatorSignatures.check(context)
      guard OperatorTable.controlFlow.contains(node.opType) else { return try results(of: context) }
      branch = try context.branch()
    } catch {
      throw ONNXError(error.code, "(\(node.qualifiedKind)) \(error.message)", file: file.path, node: name)
    }
    return try results(of: branch, name: name)
  }

  private mutating func results(of context: NodeImport) throws(ImportFailure) -> [ImportedValue] {
    if let folded = try context.foldedConstants() {
      foldedElementCount += folded.reduce(0) { $0 + $1.values.count }
      guard foldedElementCount <= Self.foldedElementLimit else {
        throw ImportFailure(.limitExceeded, "more numbers than any network needs are worked out at import")
      }
      return folded.map { .numbers($0) }
    }
    guard let body = OperatorTable.imports[context.node.opType] else {
      throw .unsupported("it depends on the input; this operator is supported on constants alone")
    }
    try OperatorTypes.check(context)
    return try body(context).map { result in
      guard case .computed(let value, nil) = result else { return result }
      return .computed(value, OperatorTypes.result(of: context))
    }
  }

  /// The results of a function, whose nodes see its operands and attributes alone.
  private mutating func results(
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
    var scope = ImportScope(operatorSetVersion: function.operatorSetVersion, initializers: [])
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

  /// The results of a branch, whose nodes see all values around it.
  private mutating func results(of branch: ONNXGraphProto, name: String) throws(ONNXError) -> [ImportedValue]
  {
    let body = NodeBody(branch)
    let order: [Int]
    do throws(ONNXError) {
      guard body.inputs.isEmpty else {
        throw ONNXError(.invalidModel, "a branch of an If has no inputs", file: file.path)
      }
      order = try NodeOrder.needed(in: body, file: file.path, isVisible: { isVisible($0) })
    } catch {
      var error = error
      error.node = error.node.map { "\(name)/\($0)" } ?? name
      throw error
    }
    let around = scopes[scopes.count - 1]
    var scope = ImportScope(operatorSetVersion: around.operatorSetVersion, initializers: branch.initializer)
    scope.attributes = around.attributes
    scope.isOpen = true
    return try results(of: body, order: order, scope, name: name)
  }

  private mutating func results(
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

  private func isVisible(_ name: String) -> Bool {
    for scope in scopes.reversed() {
      if scope.has(name) { return true }
      if !scope.isOpen { return false }
    }
    return false
  }

  /// The value of a name: computed before, or an initialiser, decoded when it is first asked for.
  private mutating func value(named name: String) throws(ONNXError) -> ImportedValue? {
    for index in scopes.indices.reversed() {
      if let value = scopes[index].values[name] { return value }
      if let node = scopes[index].missingResults[name] {
        throw ONNXError(
          .unsupportedOperator,
          "its output '\(name.printable())' is not supported for operator \(node.opType)", file: file.path,
          node: scopes[index].prefix + node.displayName)
      }
      if let initializer = scopes[index].initializers[name] {
        let value = try ImportedValue(file.tensor(initializer))
        scopes[index].values[name] = value
        return value
      }
      if !scopes[index].isOpen { return nil }
    }
    return nil
  }

  private func throwFailure(node: String?) throws(ONNXError) {
    if let failure = builder.failure { throw ONNXError(failure, file: file.path, node: node) }
  }
}

extension NodeImport {
  /// The branch of an `If` that its condition chooses.
  fileprivate func branch() throws(ImportFailure) -> ONNXGraphProto {
    guard let condition = try input(0).numbers else {
      throw .unsupported("its condition depends on the input; only a constant is supported")
    }
    guard condition.values.count == 1 else {
      throw .invalid("its condition has to be one truth value, not \(condition.values.count)")
    }
    let name = condition.values[0] != 0 ? "then_branch" : "else_branch"
    guard let branch = attribute(name), branch.hasG else { throw .invalid("attribute '\(name)' is missing") }
    guard branch.g.output.count == node.output.count else {
      throw .invalid(
        "'\(name)' gives \(branch.g.output.count) results, and the node has \(node.output.count)")
    }
    return branch.g
  }
}

extension ImportedValue {
  /// A constant of the file: numbers where it is small or made of integers, else left in the file.
  ///
  /// - Throws: `ONNXError` where it is larger than any graph may contain, or than memory.
  init(_ tensor: ONNXTensor) throws(ONNXError) {
    do throws(GraphError) {
      guard tensor.elementCount <= GraphBuilder.elementLimit else {
        throw GraphError(.tooLarge, "more than \(GraphBuilder.elementLimit) elements are not supported")
      }
      if MappedTensor(tensor) == nil {
        try AvailableMemory.require(tensor.elementCount * MemoryLayout<Double>.stride, for: "converting it")
      }
    } catch {
      throw ONNXError(.limitExceeded, error.message, file: tensor.file, tensor: tensor.name)
    }
    if !tensor.isFloatingPoint {
      if tensor.elementCount <= 1 << 24 {
        self = .numbers(Numbers(shape: tensor.shape, values: tensor.doubles(), type: tensor.elementType))
      } else {
        self = .weights(Tensor(shape: tensor.shape, values: tensor.floats()), tensor.elementType)
      }
    } else if tensor.elementCount <= Numbers.limit {
      self = .numbers(Numbers(shape: tensor.shape, values: tensor.doubles(), type: tensor.elementType))
    } else if let mapped = MappedTensor(tensor) {
      self = .weights(Tensor(shape: tensor.shape, storage: mapped), tensor.elementType)
    } else {
      self = .weights(Tensor(shape: tensor.shape, values: tensor.floats()), tensor.elementType)
    }
  }
}

extension ONNXError {
  /// A failure of the graph under construction, told in terms of the file.
  init(_ error: GraphError, file: String, node: String?) {
    let operation = error.operation.map { "(\($0)) " } ?? ""
    self.init(
      error.code == .tooLarge ? .limitExceeded : .shapeMismatch, operation + error.message, file: file,
      node: node ?? error.node)
  }
}
