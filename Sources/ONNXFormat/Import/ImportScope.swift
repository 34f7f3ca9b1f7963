/// The names that nodes of one body may use: those of the graph, of a branch of an `If`, or of a function's body.
struct ImportScope {
  /// What stands before the names of nodes: the path of calls.
  var prefix = ""
  /// Whether values of the scope around it are visible. A function sees its own alone.
  var isOpen = false
  var operatorSetVersion: Int
  /// The attributes of the call, that nodes of a function refer to.
  var attributes: [String: ONNXAttributeProto] = [:]
  var values: [String: ImportedValue] = [:]
  var initializers: [String: ONNXTensorProto] = [:]
  /// Outputs that our import of an operator does not give, such as a dropout's mask, by name.
  var missingResults: [String: ONNXNodeProto] = [:]

  /// The names of weights that are sparse, which no operator can be given.
  var sparseWeights: Set<String> = []

  init(operatorSetVersion: Int, graph: ONNXGraphProto? = nil) {
    self.operatorSetVersion = operatorSetVersion
    for initializer in graph?.initializer ?? [] { initializers[initializer.name] = initializer }
    sparseWeights = Set((graph?.sparseInitializer ?? []).map(\.values.name))
  }

  func has(_ name: String) -> Bool {
    values[name] != nil || initializers[name] != nil || missingResults[name] != nil
      || sparseWeights.contains(name)
  }

  /// The node with the attributes that it takes from its function's call.
  func resolved(_ node: ONNXNodeProto) -> ONNXNodeProto {
    guard node.attribute.contains(where: { !$0.refAttrName.isEmpty }) else { return node }
    var node = node
    node.attribute = node.attribute.compactMap { attribute in
      guard !attribute.refAttrName.isEmpty else { return attribute }
      var given = attributes[attribute.refAttrName]
      given?.name = attribute.name
      return given
    }
    return node
  }
}
