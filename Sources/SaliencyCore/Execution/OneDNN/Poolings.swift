internal import OneDNN

extension NodeLowering {
  /// The first operand, [batch, channels, …], with each window made one number. Which elements are the maxima is kept where the graph has the
  /// gradient of the pooling.
  func pooling(_ function: PoolingFunction, over window: PoolingWindow) throws -> Placement {
    let source = operand(0)
    let isDifferentiated =
      function == .maximum
      && plan.users(of: index).contains { plan.graph.nodes[$0].operation is MaximumPoolingGradient }
    let descriptor = try forward(
      function, window, from: source.layout, to: .any(shape, source.layout.elementType),
      keepsWorkspace: isDifferentiated)
    let result = plan.allocate(try descriptor.layout(of: .destination, shape)!)
    var writes: [(Argument, Placement)] = [(.destination, result)]
    if isDifferentiated, let layout = try descriptor.layout(of: .workspace, []) {
      let workspace = plan.allocate(layout)
      writes.append((.workspace, workspace))
      plan.notes.poolings[index] = (workspace, result, source.layout)
    }
    try plan.emit(descriptor, reads: [(.source, source)], writes: writes)
    return result
  }

  /// The gradient of an average pooling, of which the first operand is the gradient of the result.
  func averagePoolingGradient(_ function: PoolingFunction, over window: PoolingWindow) throws -> Placement {
    let gradient = operand(0)
    let type = gradient.layout.elementType
    let hint = try forward(
      function, window, from: .plain(shape, type), to: .any(operandShape(0), type), keepsWorkspace: true)
    let descriptor = try backward(
      function, window, from: gradient.layout, to: .any(shape, type), hint)
    let result = plan.allocate(try descriptor.layout(of: .sourceGradient, shape)!)
    try plan.emit(
      descriptor, reads: [(.destinationGradient, gradient)], writes: [(.sourceGradient, result)])
    return result
  }

  /// The gradient of a maximum pooling: the operands are the gradient of the result, the pooling's operand and its result.
  func maximumPoolingGradient(over window: PoolingWindow) throws -> Placement {
    let pooling = node.operands[2]
    let differentiated = plan.graph.nodes[pooling]
    guard let (workspace, pooled, source) = plan.notes.poolings[pooling],
      (differentiated.operation as? MaximumPooling)?.window == window,
      differentiated.operands == [node.operands[1]]
    else {
      throw GraphError(.execution, "the pooling that it differentiates is not part of the graph")
    }
    let hint = try forward(.maximum, window, from: source, to: pooled.layout, keepsWorkspace: true)
    let gradient = try plan.reordered(operand(0), to: pooled.layout)
    let descriptor = try backward(.maximum, window, from: gradient.layout, to: source, hint)
    let result = plan.allocate(source)
    try plan.emit(
      descriptor, reads: [(.destinationGradient, gradient), (.workspace, workspace)],
      writes: [(.sourceGradient, result)])
    return result
  }

  private func forward(
    _ function: PoolingFunction, _ window: PoolingWindow, from source: Layout, to result: Layout,
    keepsWorkspace: Bool
  ) throws -> PrimitiveDescriptor {
    try .pooling(
      source: source.descriptor, destination: result.descriptor, kernel: window.kernel,
      window: window.geometry.parameters, algorithm: function.algorithm, keepsWorkspace: keepsWorkspace,
      engine: engine)
  }

  private func backward(
    _ function: PoolingFunction, _ window: PoolingWindow, from gradient: Layout, to result: Layout,
    _ forward: borrowing PrimitiveDescriptor
  ) throws -> PrimitiveDescriptor {
    try .poolingBackward(
      sourceGradient: result.descriptor, destinationGradient: gradient.descriptor, kernel: window.kernel,
      window: window.geometry.parameters, algorithm: function.algorithm, forward: forward, engine: engine)
  }
}
