/// The gradient of a value, as nodes appended to its graph.
public struct Differentiation {
  /// The gradient with respect to each value that was asked for, of that value's shape; nil where there is no path.
  public let gradients: [Value?]
  /// The nodes whose derivative the rule replaced, by index, in topological order.
  public let overridden: [Int]

  /// Differentiates `output`, weighted element by element with `seed`, with respect to `sources`.
  ///
  /// Reverse mode: every node between a source and the output gets its derivative, or what `rule` says, appended to the
  /// builder. Nodes are named after those they differentiate.
  ///
  /// - Parameters:
  ///   - output: the value that is explained.
  ///   - seed: the gradient of the explained scalar with respect to `output`, of the same shape.
  ///   - sources: what the gradient is taken with respect to.
  ///   - rule: what replaces the true derivative at the nodes it matches.
  ///   - ruled: the nodes that the rule may match, by index; all where nil.
  /// - Throws: `GraphError` where a shape does not fit, a node on the path has no derivative, or a rule returns a
  ///   gradient of another number or shape than the operands'.
  public init(
    of output: Value, seed: Value, withRespectTo sources: [Value], rule: BackpropRule? = nil,
    ruled: Range<Int>? = nil
  ) throws(GraphError) {
    let builder = output.builder
    guard ([seed] + sources).allSatisfy({ $0.builder === builder }) else {
      throw GraphError(.foreignValue, "the seed or a source belongs to another graph than the output")
    }
    guard seed.shape == output.shape else {
      throw GraphError(
        .shapeMismatch, "a seed of \(seed.shape.text) does not fit an output of \(output.shape.text)")
    }
    let count = output.index + 1
    var dependsOnSource = [Bool](repeating: false, count: count)
    for source in sources where source.index < count { dependsOnSource[source.index] = true }
    for index in 0..<count where builder.nodes[index].operands.contains(where: { dependsOnSource[$0] }) {
      dependsOnSource[index] = true
    }
    let kept = Set(sources.map(\.index))

    var collected = [CollectedGradients](repeating: CollectedGradients(), count: count)
    var totals: [Int: Value] = [:]
    collected[output.index].add(seed)
    var overridden: [Int] = []
    let scope = builder.scope
    defer { builder.scope = scope }
    for index in (0..<count).reversed() where dependsOnSource[index] {
      let node = builder.nodes[index]
      builder.scope = node.name + "/gradient"
      guard let gradient = collected[index].total() else { continue }
      collected[index] = CollectedGradients()
      if kept.contains(index) { totals[index] = gradient }
      let needed = node.operands.map { dependsOnSource[$0] }
      guard needed.contains(true) else { continue }
      let context = GradientContext(
        inputs: node.operands.map(builder.value(at:)), output: builder.value(at: index), gradient: gradient,
        needed: needed)
      let gradients: [Value?]
      do throws(GraphError) {
        let rule = ruled?.contains(index) == false ? nil : rule
        if let rule { builder.scope = node.name + "/" + rule.name }
        if let replaced = try rule?.gradients(of: node.operation, context) {
          overridden.append(index)
          gradients = replaced
        } else {
          builder.scope = node.name + "/gradient"
          gradients = try node.operation.gradients(context)
        }
      } catch {
        builder.fail(error, node: node.name, operation: node.operation.name)
        throw builder.failure!
      }
      if let failure = builder.failure { throw failure }
      func culprit() -> String {
        overridden.last == index ? "under rule '\(rule?.name.printable() ?? "")' " : ""
      }
      guard gradients.count == node.operands.count else {
        throw GraphError(
          .shapeMismatch,
          "\(culprit())\(gradients.count) gradients are given for \(node.operands.count) operand\(node.operands.count == 1 ? "" : "s")",
          node: node.name, operation: node.operation.name)
      }
      for (operand, gradient) in zip(node.operands, gradients) {
        guard let gradient, dependsOnSource[operand] else { continue }
        guard gradient.builder === builder else {
          throw GraphError(
            .foreignValue, "\(culprit())a gradient belongs to another graph", node: node.name,
            operation: node.operation.name)
        }
        let shape = builder.nodes[operand].shape
        guard gradient.shape == shape || shape.broadcast(with: gradient.shape) == gradient.shape else {
          throw GraphError(
            .shapeMismatch,
            "\(culprit())a gradient of \(gradient.shape.text) does not fit an operand of \(shape.text)",
            node: node.name, operation: node.operation.name)
        }
        collected[operand].add(gradient.summed(to: shape))
      }
    }
    if let failure = builder.failure { throw failure }
    gradients = sources.map { totals[$0.index] }
    self.overridden = overridden.reversed()
  }
}
