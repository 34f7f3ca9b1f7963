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
  var scopes: [ImportScope]
  private var layers: [Network.Layer] = []
  /// The layers that cannot be computed; none where that is an error at once.
  private var blockedLayers: [Network.BlockedLayer] = []
  /// The name of the layer that gives a value, by the value's index.
  private var layerNames: [Int: String] = [:]
  /// The reasons for which nodes, and what depends on them, are left out instead of refused.
  private let reasons: Set<ONNXError.Code>
  /// What the last suppression of boxes that cannot be computed is given.
  private var suppression: Network.Suppression?
  private var importedNodeCount = 0
  /// How many numbers were worked out so far, which a small file could ask for without end.
  private var foldedElementCount = 0
  private static let foldedElementLimit = 1 << 27
  /// How many nodes there may be with functions written out, as many as the largest files have without.
  private static let nodeLimit = 1 << 17
  /// How deep functions and branches may be nested.
  static let depthLimit = 64

  init(file: ONNXModelFile, functions: LocalFunctions, leavingOut reasons: Set<ONNXError.Code>) {
    self.file = file
    self.functions = functions
    self.reasons = reasons
    scopes = [ImportScope(operatorSetVersion: file.operatorSetVersion, graph: file.model.graph)]
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
    let inputPorts = inputs.compactMap { name -> Network.Port? in
      guard case .computed(let value, _)? = scopes[0].values[name] else { return nil }
      return .init(name: name, node: value.index, shape: value.shape)
    }
    func unavailable(_ name: String, _ reason: String) -> Value {
      builder.unavailable(
        "output '\(name.printable())' cannot be computed: \(reason)",
        inputPorts.map { builder.value(at: $0.node) })
    }
    var ports: [Network.Port] = []
    for name in outputs {
      guard let value = try value(named: name) else {
        throw ONNXError(.invalidModel, "no node produces this output", file: file.path, tensor: name)
      }
      let node: Value
      switch value {
      case .blocked(let index): node = unavailable(name, blockedLayers.obstacles(to: index))
      case .sequence where reasons.contains(.unsupportedOperator):
        node = unavailable(name, "it is a sequence of tensors")
      case .sequence:
        throw ONNXError(
          .unsupportedOperator, "an output that is a sequence of tensors is not supported", file: file.path,
          tensor: name)
      default: node = value.value(in: builder, name: name)
      }
      ports.append(.init(name: name, node: node.index, shape: node.shape))
    }
    do throws(GraphError) {
      let graph = try builder.graph(outputs: ports.map { builder.value(at: $0.node) })
      var network = Network(
        graph: graph, inputs: inputPorts, outputs: ports, layers: layers, blockedLayers: blockedLayers)
      network.suppression = suppression
      return network
    } catch {
      throw ONNXError(error, file: file.path, node: nil)
    }
  }

  /// Imports the nodes of a body in the innermost scope.
  mutating func importNodes(_ nodes: [ONNXNodeProto], order: [Int]) throws(ONNXError) {
    let scope = scopes.count - 1
    for index in order {
      let node = scopes[scope].resolved(nodes[index])
      let name = scopes[scope].prefix + node.displayName
      try countNode(name)
      builder.scope = name
      let first = builder.nodes.count
      let counts = (layers: layers.count, blockedLayers: blockedLayers.count)
      var results: [ImportedValue]
      do throws(ONNXError) {
        results = try self.results(of: node, name: name)
        try throwFailure(node: name)
      } catch {
        guard reasons.contains(error.code) else { throw error }
        for index in first..<max(first, builder.nodes.count) { layerNames[index] = nil }
        builder.removeNodes(from: first)
        layers.removeLast(layers.count - counts.layers)
        blockedLayers.removeLast(blockedLayers.count - counts.blockedLayers)
        results = blocked(node, name: name, reason: error.reason(of: node, named: name))
      }
      for (name, result) in zip(node.output, results) where !name.isEmpty {
        scopes[scope].values[name] = result
      }
      for name in node.output.dropFirst(results.count) { scopes[scope].missingResults[name] = node }
      for case .computed(let value, _) in results where value.index >= first {
        if layerNames[value.index] == nil { layerNames[value.index] = name }
      }
      if case .blocked(let cause)? = results.first, blockedLayers[cause].name != name {
        blockedLayers.append(
          .init(
            name: name, kind: node.qualifiedKind, reason: nil, causes: [cause], precedingLayers: [],
            position: layers.count, kinds: .nodes))
      }
      if case .computed(let value, _)? = results.first,
        value.index >= first || !(value.node.operation is Constant)
      {
        layers.append(
          .init(name: name, kind: node.opType, node: value.index, shape: value.shape, index: layers.count))
      }
    }
  }

  /// The results of a node that cannot be computed: by itself where there is a reason, else because of its operands.
  private mutating func blocked(
    _ node: ONNXNodeProto, name: String, reason: String? = nil
  ) -> [ImportedValue] {
    var operands: [ImportedValue?] = []
    for input in node.input + node.capturedNames.sorted() where !input.isEmpty && isVisible(input) {
      // One that cannot be read may be the reason.
      do throws(ONNXError) { operands.append(try value(named: input)) } catch {}
    }
    if OperatorTable[node.opType]?.suppressesBoxes ?? false, operands.count >= 2,
      case .computed(let boxes, _)? = operands[0],
      case .computed(let scores, _)? = operands[1]
    {
      suppression = .init(
        boxes: boxes.index, scores: scores.index,
        isCentered: node.attribute.contains { $0.name == "center_point_box" && $0.i == 1 })
    }
    var (causes, preceding): ([Int], [String]) = ([], [])
    for operand in operands {
      switch operand {
      case .blocked(let cause): causes.append(cause)
      case .computed(let value, _):
        if let layer = layerNames[value.index], !preceding.contains(layer) { preceding.append(layer) }
      default: break
      }
    }
    blockedLayers.append(
      .init(
        name: name, kind: node.qualifiedKind, reason: reason, causes: causes, precedingLayers: preceding,
        position: layers.count, kinds: .nodes))
    return Array(repeating: .blocked(blockedLayers.count - 1), count: node.output.count)
  }

  /// Counts a node or a turn of a loop, of which a small file could ask for without end.
  mutating func countNode(_ name: String) throws(ONNXError) {
    importedNodeCount += 1
    guard importedNodeCount <= Self.nodeLimit else {
      throw ONNXError(
        .limitExceeded,
        "with its functions and loops written out the model has more than \(Self.nodeLimit) nodes",
        file: file.path, node: name)
    }
  }

  private mutating func results(of node: ONNXNodeProto, name: String) throws(ONNXError) -> [ImportedValue] {
    var operands: [ImportedValue?] = []
    for input in node.input { operands.append(input.isEmpty ? nil : try value(named: input)) }
    if let function = functions[node] { return try results(of: function, operands, node: node, name: name) }
    // The bodies of branches and loops are followed with what they can have.
    let definition = node.definition
    let decisive = definition?.subgraphs != nil ? operands.prefix(2) : operands[...]
    if definition != nil, decisive.contains(where: { $0?.isBlocked ?? false }) {
      return blocked(node, name: name)
    }
    let operatorSetVersion = scopes[scopes.count - 1].operatorSetVersion
    var context = NodeImport(
      node: node, name: name, inputs: operands, builder: builder, operatorSetVersion: operatorSetVersion,
      file: file)
    let body: SubgraphImport
    do throws(ImportFailure) {
      guard let definition else { throw .unsupported(UnsupportedKinds.nodes.reason) }
      if operatorSetVersion < 7 {
        try definition.olderBroadcasting.align(&context.inputs, of: node, builder)
      }
      try definition.checkSignature(of: context)
      guard let subgraphs = definition.subgraphs else { return try results(of: context, definition) }
      body = subgraphs
    } catch {
      throw failure(error, context)
    }
    return try body(&self, context)
  }

  /// What is wrong with a node, told with its name and file.
  func failure(_ error: ImportFailure, _ context: NodeImport) -> ONNXError {
    ONNXError(
      error.code, "(\(context.node.qualifiedKind)) \(error.message)", file: file.path, node: context.name)
  }

  private mutating func results(
    of context: NodeImport, _ definition: OperatorDefinition
  ) throws(ImportFailure) -> [ImportedValue] {
    guard definition.takesSequences || !context.inputs.contains(where: { $0?.isSequence ?? false }) else {
      throw .unsupported("an operand is a sequence of tensors; only a tensor is supported")
    }
    if let fold = definition.fold, let folded = try context.folded(by: fold) {
      foldedElementCount += folded.reduce(0) { $0 + $1.values.count }
      guard foldedElementCount <= Self.foldedElementLimit else {
        throw ImportFailure(.limitExceeded, "more numbers than any network needs are worked out at import")
      }
      return folded.map { .numbers($0) }
    }
    guard let body = definition.importer else {
      throw .unsupported("it depends on the input; this operator is supported on constants alone")
    }
    try definition.checkTypes(of: context)
    return try body(context).map { result in
      guard case .computed(let value, nil) = result else { return result }
      return .computed(value, definition.resultType(of: context))
    }
  }

  func isVisible(_ name: String) -> Bool {
    for scope in scopes.reversed() {
      if scope.has(name) { return true }
      if !scope.isOpen { return false }
    }
    return false
  }

  /// The value of a name: computed before, or an initializer, decoded when it is first asked for.
  mutating func value(named name: String) throws(ONNXError) -> ImportedValue? {
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
      if scopes[index].sparseWeights.contains(name) {
        throw ONNXError(
          .unsupportedOperator, "it is sparse, and only dense weights are supported", file: file.path,
          node: builder.scope, tensor: name)
      }
      if !scopes[index].isOpen { return nil }
    }
    return nil
  }

  private func throwFailure(node: String?) throws(ONNXError) {
    if let failure = builder.failure { throw ONNXError(failure, file: file.path, node: node) }
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
  /// What is wrong with a node, without the node's own name and operator.
  fileprivate func reason(of node: ONNXNodeProto, named name: String) -> String {
    let kind = "(\(node.qualifiedKind)) "
    let isOwn = self.node == name
    let message = isOwn && message.hasPrefix(kind) ? String(message.dropFirst(kind.count)) : message
    let place = isOwn ? nil : self.node.map { "node '\($0.printable())': " }
    return (place ?? "") + (tensor.map { "tensor '\($0.printable())': " } ?? "") + message
  }

  /// A failure of the graph under construction, told in terms of the file.
  init(_ error: GraphError, file: String, node: String?) {
    let operation = error.operation.map { "(\($0)) " } ?? ""
    self.init(
      error.code == .tooLarge ? .limitExceeded : .shapeMismatch, operation + error.message, file: file,
      node: node ?? error.node)
  }
}
