import SaliencyCore

/// Calls the layers of a model, each as soon as what it needs is there.
struct ModelImport {
  private let model: ModelConfiguration
  private let session: ImportSession
  /// What the names of the model's layers begin with; empty for the model itself.
  private let prefix: String
  private let positions: [String: Int]

  /// A call of a layer.
  private struct Call: Hashable {
    let layer: Int
    let index: Int
  }

  /// What came of a call.
  private enum Outcome {
    case values([LayerValue])
    /// It cannot be computed: for a reason of its own, or because of others.
    case blocked(reason: String?, causes: [Call], preceding: [Call])

    var values: [LayerValue]? { if case .values(let values) = self { values } else { nil } }
  }

  init(_ model: ModelConfiguration, session: ImportSession, prefix: String = "") {
    self.model = model
    self.session = session
    self.prefix = prefix
    positions = Dictionary(
      model.layers.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The model's results on `inputs`; nil for one that cannot be computed, which only the model itself may have, where that is tolerated.
  ///
  /// - Parameters:
  ///   - inputs: one tensor for each of the model's inputs.
  ///   - weights: the weights of the layer at an index.
  /// - Throws: `LayerFailure`, which names the layer.
  func results(
    on inputs: [LayerValue], weights: (Int) throws(LayerFailure) -> LayerWeights
  ) throws(LayerFailure) -> [LayerValue?] {
    guard inputs.count == model.inputs.count else {
      throw .invalid("model '\(model.name)' takes \(model.inputs.count) tensors, not \(inputs.count)")
    }
    var results: [Call: Outcome] = [:]
    var nested: [Call: [Network.Layer]] = [:]
    for (reference, input) in zip(model.inputs, inputs) {
      results[try call(of: reference)] = .values([input])
    }
    for output in model.outputs { try compute(try call(of: output), &results, &nested, weights) }
    note(results, nested)
    return try model.outputs.map { reference throws(LayerFailure) in
      if case .blocked = results[try call(of: reference)] { return nil }
      return try result(reference, results)
    }
  }

  /// Computes a call and all that it needs, without recursion: models may be thousands of layers deep.
  private func compute(
    _ target: Call, _ results: inout [Call: Outcome], _ nested: inout [Call: [Network.Layer]],
    _ weights: (Int) throws(LayerFailure) -> LayerWeights
  ) throws(LayerFailure) {
    var stack = [target]
    var isWaiting: Set<Call> = []
    while let current = stack.last {
      if results[current] != nil {
        stack.removeLast()
        continue
      }
      let layer = model.layers[current.layer]
      guard layer.calls.indices.contains(current.index) else {
        throw failure(
          layer,
          layer.className == "InputLayer"
            ? .invalid("it is not among the model's inputs")
            : .invalid("call \(current.index) is asked for, and it is called \(layer.calls.count) times"))
      }
      let call = layer.calls[current.index]
      var missing: [Call] = []
      for reference in call.references {
        let needed = try self.call(of: reference, by: layer)
        if results[needed] == nil { missing.append(needed) }
      }
      if missing.isEmpty {
        stack.removeLast()
        results[current] = try outcome(of: current, results, weights)
        if layer.model != nil { nested[current] = session.takeLayers(prefix: prefix + layer.name + "/") }
      } else if isWaiting.insert(current).inserted {
        stack += missing
      } else {
        throw failure(layer, .invalid("it depends on its own result"))
      }
    }
  }

  /// What comes of a call whose operands are there, or cannot be computed.
  private func outcome(
    of current: Call, _ results: [Call: Outcome], _ weights: (Int) throws(LayerFailure) -> LayerWeights
  ) throws(LayerFailure) -> Outcome {
    let layer = model.layers[current.layer]
    let operands = try layer.calls[current.index].references.map { reference throws(LayerFailure) in
      try call(of: reference, by: layer)
    }
    let causes = operands.filter { if case .blocked = results[$0] { true } else { false } }
    guard causes.isEmpty else { return .blocked(reason: nil, causes: causes, preceding: []) }
    let first = session.builder.nodes.count
    do throws(LayerFailure) {
      return .values(try self.results(of: current, results, weights))
    } catch {
      guard prefix.isEmpty, session.tolerated.contains(error.code) else { throw failure(layer, error) }
      session.removeNodes(from: first)
      let place = error.layer.map { "layer '\($0.printable())': " } ?? ""
      return .blocked(reason: place + error.message, causes: [], preceding: operands)
    }
  }

  private func results(
    of current: Call, _ results: [Call: Outcome], _ weights: (Int) throws(LayerFailure) -> LayerWeights
  ) throws(LayerFailure) -> [LayerValue] {
    let layer = model.layers[current.layer]
    let call = layer.calls[current.index]
    session.builder.scope = prefix + layer.name
    let arguments = try call.arguments.map { argument throws(LayerFailure) in
      try resolved(argument, results)
    }
    var keywords: [String: LayerImport.Argument] = [:]
    for (key, argument) in call.keywords { keywords[key] = try resolved(argument, results) }
    return try session.results(
      of: layer, arguments: arguments, keywords: keywords, weights: try weights(current.layer))
  }

  private func resolved(
    _ argument: CallArgument, _ results: [Call: Outcome]
  ) throws(LayerFailure) -> LayerImport.Argument {
    switch argument {
    case .tensor(let reference): return .value(try result(reference, results))
    case .list(let items):
      return .list(try items.map { item throws(LayerFailure) in try resolved(item, results) })
    case .literal(let json): return .literal(json)
    }
  }

  private func call(of reference: TensorReference, by user: LayerConfiguration? = nil) throws(LayerFailure)
    -> Call
  {
    guard let layer = positions[reference.layer] else {
      let missing = LayerFailure.invalid("layer '\(reference.layer.printable())' does not exist")
      throw user.map { failure($0, missing) } ?? missing
    }
    return Call(layer: layer, index: reference.call)
  }

  private func result(
    _ reference: TensorReference, _ results: [Call: Outcome]
  ) throws(LayerFailure) -> LayerValue {
    let values = results[try call(of: reference)]?.values ?? []
    guard values.indices.contains(reference.output) else {
      throw .invalid(
        "result \(reference.output) of layer '\(reference.layer.printable())' is asked for, and it has \(values.count)"
      )
    }
    return values[reference.output]
  }

  /// The failure with the layer that it happened in, unless it names one already.
  private func failure(_ layer: LayerConfiguration, _ failure: LayerFailure) -> LayerFailure {
    var failure = failure
    if failure.layer == nil {
      failure.layer = prefix + layer.name
      failure.message = "(\(layer.className.printable())) \(failure.message)"
    }
    return failure
  }

  /// Lists the layers that have been called, each call by itself, those of a nested model behind it. The model's own have the index that
  /// they have in Keras; those of nested models and recorded operations have a name alone.
  private func note(_ results: [Call: Outcome], _ nested: [Call: [Network.Layer]]) {
    var index = 0
    var noted: [Network.Layer] = []
    var blocked: [(call: Call, position: Int)] = []
    for (position, layer) in model.layers.enumerated() {
      defer { if layer.isCounted { index += 1 } }
      let isOwn = prefix.isEmpty && layer.isCounted
      for call in 0..<max(layer.calls.count, 1) {
        let call = Call(layer: position, index: call)
        if case .blocked = results[call] { blocked.append((call, noted.count)) }
        guard let value = results[call]?.values?.first?.value else { continue }
        if isOwn || layer.className != "InputLayer" {
          noted.append(
            .init(
              name: prefix + layer.name, kind: layer.className, node: value.index, shape: value.shape,
              index: isOwn ? index : nil))
        }
        noted += nested[call] ?? []
      }
    }
    session.note(noted, prefix: prefix)
    if prefix.isEmpty { session.blockedLayers = listed(blocked, results) }
  }

  /// The calls that cannot be computed, in the order of the model.
  private func listed(
    _ blocked: [(call: Call, position: Int)], _ results: [Call: Outcome]
  ) -> [Network.BlockedLayer] {
    func name(_ call: Call) -> String {
      TensorReference(layer: model.layers[call.layer].name, call: call.index, output: 0).callName
    }
    return blocked.compactMap { entry in
      guard case .blocked(let reason, let causes, let preceding)? = results[entry.call] else { return nil }
      return Network.BlockedLayer(
        name: name(entry.call), kind: model.layers[entry.call.layer].className, reason: reason,
        causes: causes.compactMap { cause in blocked.firstIndex { $0.call == cause } },
        precedingLayers: preceding.map(name), position: entry.position, kinds: .layers)
    }
  }
}
