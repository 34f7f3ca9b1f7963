extension ONNXModel {
  /// The nodes that an output depends on, as the file has them, by name and operator.
  public var nodes: [(name: String, kind: String)] {
    order.map { (file.model.graph.node[$0].displayName, file.model.graph.node[$0].opType) }
  }
}
