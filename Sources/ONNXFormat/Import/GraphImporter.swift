import SaliencyCore

/// Turns the nodes of an ONNX graph, one after another, into nodes of ours.
struct GraphImporter {
  let file: ONNXModelFile
  let builder = GraphBuilder()
  private var values: [String: ImportedValue] = [:]
  private var initializers: [String: ONNXTensorProto] = [:]
  /// Outputs that our import of an operator does not give, such as a dropout's mask, by name.
  private var missingResults: [String: ONNXNodeProto] = [:]
  /// How many numbers were worked out so far, which a small file could ask for without end.
  private var foldedElementCount = 0
  private static let foldedElementLimit = 1 << 27

  init(file: ONNXModelFile) {
    self.file = file
    for initializer in file.model.graph.initializer { initializers[initializer.name] = initializer }
  }

  mutating func addInput(_ name: String, shape: Shape, type: ONNXElementType) {
    values[name] = .computed(builder.input(name, shape: shape), type)
  }

  /// An input whose elements are known now.
  mutating func addConstant(_ name: String, _ tensor: Tensor, type: ONNXElementType) {
    values[name] =
      type.isFloatingPoint && tensor.shape.elementCount > Numbers.limit
      ? .weights(tensor, type) : .numbers(Numbers(tensor, type: type))
  }

  /// Imports `nodes`, which stand in topological order.
  mutating func network(nodes: [Int], inputs: [String], outputs: [String]) throws(ONNXError) -> Network {
    try throwFailure(node: nil)
    var layers: [Network.Layer] = []
    for index in nodes {
      let node = file.model.graph.node[index]
      let name = node.displayName
      builder.scope = name
      let first = builder.nodes.count
      let results = try self.results(of: node, name: name)
      try throwFailure(node: name)
      for (name, result) in zip(node.output, results) where !name.isEmpty { values[name] = result }
      for name in node.output.dropFirst(results.count) { missingResults[name] = node }
      if case .computed(let value, _)? = results.first,
        value.index >= first || !(value.node.operation is Constant)
      {
        layers.append(
          .init(name: name, kind: node.opType, node: value.index, shape: value.shape, index: layers.count))
      }
    }
    var ports: [Network.Port] = []
    for name in outputs {
      guard let value = try value(named: name) else {
        throw ONNXError(.invalidModel, "no node produces this output", file: file.path, tensor: name)
      }
      let node = value.value(in: builder, name: name)
      ports.append(.init(name: name, node: node.index, shape: node.shape))
    }
    let inputPorts = inputs.compactMap { name -> Network.Port? in
      guard case .computed(let value, _)? = values[name] else { return nil }
      return .init(name: name, node: value.index, shape: value.shape)
    }
    do throws(GraphError) {
      let graph = try builder.graph(outputs: ports.map { builder.value(at: $0.node) })
      return Network(graph: graph, inputs: inputPorts, outputs: ports, layers: layers)
    } catch {
      throw ONNXError(error, file: file.path, node: nil)
    }
  }

  private mutating func results(of node: ONNXNodeProto, name: String) throws(ONNXError) -> [ImportedValue] {
    var operands: [ImportedValue?] = []
    for input in node.input { operands.append(input.isEmpty ? nil : try value(named: input)) }
    let context = try NodeImport(
      node: node, name: name, inputs: operands, builder: builder, operatorSetVersion: file.operatorSetVersion,
      file: file)
    do throws(ImportFailure) {
      try OperatorSignatures.check(context)
      if let folded = try context.foldedConstants() {
        foldedElementCount += folded.reduce(0) { $0 + $1.values.count }
        guard foldedElementCount <= Self.foldedElementLimit else {
          throw ImportFailure(.limitExceeded, "more numbers than any network needs are worked out at import")
        }
        return folded.map { .numbers($0) }
      }
      guard let body = OperatorTable.imports[node.opType] else {
        throw .unsupported("it depends on the input; this operator is supported on constants alone")
      }
      try OperatorTypes.check(context)
      return try body(context).map { result in
        guard case .computed(let value, nil) = result else { return result }
        return .computed(value, OperatorTypes.result(of: context))
      }
    } catch {
      throw ONNXError(error.code, "(\(node.opType)) \(error.message)", file: file.path, node: name)
    }
  }

  /// The value of a name: computed before, or an initialiser, decoded when it is first asked for.
  private mutating func value(named name: String) throws(ONNXError) -> ImportedValue? {
    if let value = values[name] { return value }
    if let node = missingResults[name] {
      throw ONNXError(
        .unsupportedOperator, "its output '\(name.printable())' is not supported for operator \(node.opType)",
        file: file.path, node: node.displayName)
    }
    guard let initializer = initializers[name] else { return nil }
    let value = try ImportedValue(file.tensor(initializer))
    values[name] = value
    return value
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
  /// A failure of the graph under construction, told in terms of the file.
  init(_ error: GraphError, file: String, node: String?) {
    let operation = error.operation.map { "(\($0)) " } ?? ""
    self.init(
      error.code == .tooLarge ? .limitExceeded : .shapeMismatch, operation + error.message, file: file,
      node: node ?? error.node)
  }
}
