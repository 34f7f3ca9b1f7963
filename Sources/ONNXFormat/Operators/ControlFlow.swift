import SaliencyCore

extension OperatorTable {
  /// Operators whose subgraphs stand in their place.
  static let controlFlow: [OperatorDefinition] = [
    .init(
      "If", operands: 1...1,
      subgraphs: { importer, node throws(ONNXError) in try importer.results(ofIf: node) }),
    .init(
      "Loop", operands: 2...Int.max,
      subgraphs: { importer, node throws(ONNXError) in try importer.results(ofLoop: node) }),
  ]
}

extension GraphImporter {
  /// The results of the branch that an `If` takes, whose nodes see all values around it.
  fileprivate mutating func results(ofIf context: NodeImport) throws(ONNXError) -> [ImportedValue] {
    let branch: ONNXGraphProto
    do throws(ImportFailure) {
      branch = try context.subgraph(
        try context.truthValue(0, "its condition") ? "then_branch" : "else_branch",
        inputs: 0, outputs: context.node.output.count)
    } catch {
      throw failure(error, context)
    }
    let body = NodeBody(branch)
    let order = try order(of: body, name: context.name)
    return try results(of: body, order: order, scope(of: branch), name: context.name)
  }

  /// The results of a `Loop` whose number of turns is known: its body once a turn.
  fileprivate mutating func results(ofLoop context: NodeImport) throws(ONNXError) -> [ImportedValue] {
    let carriedCount = max(0, context.inputs.count - 2)
    var carried = Array(context.inputs.dropFirst(2))
    let graph: ONNXGraphProto
    var goesOn = true
    var limit: Int?
    do throws(ImportFailure) {
      graph = try context.subgraph("body", inputs: 2 + carriedCount, outputs: 1 + context.node.output.count)
      if context.has(0) { limit = try context.integers(0, "the number of turns").first }
      if context.has(1) { goesOn = try context.truthValue(1, "its condition") }
    } catch {
      throw failure(error, context)
    }
    let body = NodeBody(graph)
    let order = try order(of: body, name: context.name)
    var collected = Array(repeating: [ImportedValue](), count: context.node.output.count - carriedCount)
    var turn = 0
    while goesOn, turn < limit ?? .max {
      try countNode(context.name)
      var scope = scope(of: graph)
      scope.values[body.inputs[0]] = .numbers(Numbers(shape: [], values: [Double(turn)], type: .int64))
      scope.values[body.inputs[1]] = .numbers(Numbers(shape: [], values: [1], type: .bool))
      for (name, value) in zip(body.inputs.dropFirst(2), carried) { scope.values[name] = value }
      let results = try results(of: body, order: order, scope, name: "\(context.name)/\(turn)")
      carried = Array(results[1..<1 + carriedCount])
      for (index, result) in results[(1 + carriedCount)...].enumerated() { collected[index].append(result) }
      if results[0].isBlocked { return Array(repeating: results[0], count: context.node.output.count) }
      do throws(ImportFailure) {
        guard let condition = results[0].numbers?.values, condition.count == 1 else {
          throw .unsupported(
            "whether it goes on depends on the input; only a known number of turns is supported")
        }
        goesOn = condition[0] != 0
      } catch {
        throw failure(error, context)
      }
      turn += 1
    }
    do throws(ImportFailure) {
      var results: [ImportedValue] = []
      for value in carried {
        guard let value else { throw .invalid("a value that it carries has no initial value") }
        results.append(value)
      }
      for values in collected { results.append(try context.stacked(values)) }
      return results
    } catch {
      throw failure(error, context)
    }
  }
}

extension NodeImport {
  /// A truth value that has to be constant.
  fileprivate func truthValue(_ index: Int, _ role: String) throws(ImportFailure) -> Bool {
    guard let condition = try input(index).numbers else {
      throw .unsupported("\(role) depends on the input; only a constant is supported")
    }
    guard condition.values.count == 1 else {
      throw .invalid("\(role) has to be one truth value, not \(condition.values.count)")
    }
    return condition.values[0] != 0
  }

  /// A subgraph with as many inputs and outputs as the node takes.
  fileprivate func subgraph(
    _ name: String, inputs: Int, outputs: Int
  ) throws(ImportFailure) -> ONNXGraphProto {
    guard let subgraph = attribute(name), subgraph.hasG else {
      throw .invalid("attribute '\(name)' is missing")
    }
    guard subgraph.g.input.count == inputs else {
      throw .invalid("'\(name)' has to have \(inputs) inputs, not \(subgraph.g.input.count)")
    }
    guard subgraph.g.output.count == outputs else {
      throw .invalid("'\(name)' has to give \(outputs) results, not \(subgraph.g.output.count)")
    }
    return subgraph.g
  }

  /// What the turns of a loop give, one after another along a new first axis.
  fileprivate func stacked(_ values: [ImportedValue]) throws(ImportFailure) -> ImportedValue {
    if let blocked = values.first(where: \.isBlocked) { return blocked }
    guard let first = values.first, !values.contains(where: \.isSequence) else {
      throw .unsupported(
        "what the turns give cannot be put together: there are no turns, or they give sequences")
    }
    if case .numbers(let known) = first {
      let all = values.compactMap { if case .numbers(let numbers) = $0 { numbers } else { nil } }
      if all.count == values.count, all.allSatisfy({ $0.shape == known.shape }) {
        return .numbers(
          Numbers(shape: [all.count] + known.shape, values: all.flatMap(\.values), type: known.type))
      }
    }
    let parts = values.map { $0.value(in: builder) }.map { $0.reshaped(to: [1] + $0.shape) }
    return .computed(parts.count == 1 ? parts[0] : builder.append(Concatenation(axis: 0), parts), first.type)
  }
}
