import FileAccess
import SaliencyCore

extension LayerTable {
  static let recurrent: [String: LayerKind] = [
    "LSTM": recurrence(variables: cellVariables) { layer throws(LayerFailure) in
      let gate = try layer.cellActivation("recurrent_activation", default: "sigmoid")
      let activation = try layer.cellActivation("activation", default: "tanh")
      let units = try layer.units
      let cell = LongShortTermMemoryCell(
        kernel: try layer.weight("recurrent_kernel", shape: [units, 4 * units], at: ["cell"]),
        order: [.input, .forget, .candidate, .output], gateActivation: gate, candidateActivation: activation,
        outputActivation: activation)
      return Recurrence(
        gateCount: 4, stateCount: 2, bias: try layer.bias(shape: [4 * units], at: ["cell"]),
        cell: { cell($0, $1) })
    },
    "GRU": recurrence(variables: cellVariables) { layer throws(LayerFailure) in
      let units = try layer.units
      let resetsAfter = try layer.settings.flag("reset_after", default: false)
      var (bias, recurrentBias): (Value?, Value?)
      if resetsAfter {
        let both = try layer.bias(shape: [2, 3 * units], at: ["cell"])
        func row(_ index: Int) -> Value? {
          both?.sliced(axis: 0, from: index, count: 1).reshaped(to: [3 * units])
        }
        (bias, recurrentBias) = (row(0), row(1))
      } else {
        bias = try layer.bias(shape: [3 * units], at: ["cell"])
      }
      let cell = GatedRecurrentCell(
        kernel: try layer.weight("recurrent_kernel", shape: [units, 3 * units], at: ["cell"]),
        recurrentBias: recurrentBias, order: [.update, .reset, .candidate], resetsAfterProduct: resetsAfter,
        gateActivation: try layer.cellActivation("recurrent_activation", default: "sigmoid"),
        candidateActivation: try layer.cellActivation("activation", default: "tanh"))
      return Recurrence(gateCount: 3, stateCount: 1, bias: bias, cell: { cell($0, $1) })
    },
    "SimpleRNN": recurrence(variables: cellVariables) { layer throws(LayerFailure) in
      let units = try layer.units
      let cell = SimpleRecurrentCell(
        kernel: try layer.weight("recurrent_kernel", shape: [units, units], at: ["cell"]),
        activation: try layer.cellActivation("activation", default: "tanh"))
      return Recurrence(
        gateCount: 1, stateCount: 1, bias: try layer.bias(shape: [units], at: ["cell"]),
        cell: { cell($0, $1) })
    },
    // A cell in a layer of its own is one of the layers above.
    "RNN": LayerKind(variables: { layer throws(LayerFailure) in
      try variables(of: try layerAroundCell(layer))
    }) { layer throws(LayerFailure) in
      try layer.session.results(
        of: try layerAroundCell(layer.configuration), arguments: layer.arguments, keywords: layer.keywords,
        weights: layer.weights)
    },
    "Bidirectional": LayerKind(
      variables: { layer throws(LayerFailure) in
        let (forward, backward) = try directions(of: layer.settings)
        return try variables(of: forward).inside(["forward_layer"])
          + variables(of: backward).inside(["backward_layer"])
      }, wrapped: ["layer", "backward_layer"], body: bidirectional),
    "TimeDistributed": LayerKind(
      variables: { layer throws(LayerFailure) in
        try layer.settings.layer("layer").map { inner throws(LayerFailure) in
          try variables(of: inner).inside(["layer"])
        } ?? []
      }, wrapped: ["layer"], body: timeDistributed),
  ]

  /// The layer with a cell of its own that an `RNN` with that cell is.
  private static func layerAroundCell(_ layer: LayerConfiguration) throws(LayerFailure) -> LayerConfiguration
  {
    guard let cell = layer.settings.layer("cell") else { throw .invalid("setting 'cell' is missing") }
    let classes = ["LSTMCell": "LSTM", "GRUCell": "GRU", "SimpleRNNCell": "SimpleRNN"]
    guard let className = classes[cell.className] else {
      throw .unsupported("a cell of class '\(cell.className.printable())' is not supported")
    }
    return LayerConfiguration(
      className: className, isOperation: false, name: layer.name,
      settings: cell.settings.merged(with: layer.settings),
      model: nil, calls: layer.calls)
  }

  private static let cellVariables: @Sendable (Settings) throws(LayerFailure) -> [Variable] = {
    settings throws(LayerFailure) in
    .list(["kernel", "recurrent_kernel"] + (try settings.usesBias ? ["bias"] : []), path: ["cell"])
  }

  /// What one kind of recurrent layer does with the projected input.
  private struct Recurrence {
    let gateCount: Int
    let stateCount: Int
    let bias: Value?
    let cell: RecurrentCell
  }

  /// A layer that takes a cell over the time steps of batch×time×features.
  private static func recurrence(
    variables: @escaping @Sendable (Settings) throws(LayerFailure) -> [Variable],
    _ recurrence: @escaping @Sendable (LayerImport) throws(LayerFailure) -> Recurrence
  ) -> LayerKind {
    LayerKind(variables: { layer throws(LayerFailure) in try variables(layer.settings) }) {
      layer throws(LayerFailure) in
      let input = try layer.input(rank: 3...3, "batch×time×features")
      let recurrence = try recurrence(layer)
      let (batch, time, units) = (input.shape[0], input.shape[1], try layer.units)
      guard time >= 1 else { throw LayerFailure(.shapeMismatch, "it is called on no time steps") }
      let kernel = try layer.weight(
        "kernel", shape: [input.shape[2], recurrence.gateCount * units], at: ["cell"])
      let settings = layer.settings
      if try settings.flag("time_major", default: false) {
        throw .unsupported("'time_major' is not supported; the batch has to come first")
      }
      let isReversed = try settings.flag("go_backwards", default: false)
      let keepsZero = try settings.flag("zero_output_for_mask", default: false)
      let mask = layer.inputs[0].mask?.transposed([1, 0])
      let unrolled = input.transposed([1, 0, 2]).projected(by: kernel, bias: recurrence.bias).unrolled(
        from: try initialStates(layer, count: recurrence.stateCount, shape: [batch, units]),
        isReversed: isReversed, skipped: keepsZero ? .zero : .previous,
        mask: { step in mask?.sliced(axis: 0, from: step, count: 1).reshaped(to: [batch, 1]) },
        cell: recurrence.cell)
      // In the order in which the steps were taken.
      let outputs = isReversed ? unrolled.outputs.reversed() : unrolled.outputs
      let states =
        try settings.flag("return_state", default: false) ? unrolled.states.map { LayerValue($0) } : []
      guard try settings.flag("return_sequences", default: false) else {
        return [LayerValue(outputs[outputs.count - 1])] + states
      }
      let steps = outputs.map { $0.reshaped(to: [batch, 1, units]) }
      let sequence = time == 1 ? steps[0] : layer.builder.append(Concatenation(axis: 1), steps)
      return [LayerValue(sequence, mask: layer.inputs[0].mask)] + states
    }
  }

  /// The states that the layer is called on, or zeros.
  private static func initialStates(
    _ layer: LayerImport, count: Int, shape: Shape
  ) throws(LayerFailure) -> [Value] {
    let given = layer.inputs.dropFirst() + (layer.keywords["initial_state"]?.values ?? [])
    if given.isEmpty {
      let zeros = Tensor(shape: shape, values: [Float](repeating: 0, count: shape.elementCount))
      return [Value](repeating: layer.builder.constant(zeros), count: count)
    }
    guard given.count == count, given.allSatisfy({ $0.value.shape == shape }) else {
      throw LayerFailure(
        .shapeMismatch, "it is given \(given.count) initial states and takes \(count) of \(shape.text)")
    }
    return given.map(\.value)
  }

  /// The layers for both directions; older files describe one and mean the other.
  private static func directions(
    of settings: Settings
  ) throws(LayerFailure) -> (forward: LayerConfiguration, backward: LayerConfiguration) {
    guard let forward = settings.layer("layer") else { throw .invalid("setting 'layer' is missing") }
    if let backward = settings.layer("backward_layer") { return (forward, backward) }
    var backward = forward
    let isReversed = try forward.settings.flag("go_backwards", default: false)
    backward.settings["go_backwards"] = .boolean(!isReversed)
    return (forward, backward)
  }

  private static let bidirectional: LayerKind.Body = { layer throws(LayerFailure) in
    let (forward, backward) = try directions(of: layer.settings)
    let inputs = layer.inputs
    let given = inputs.dropFirst() + (layer.keywords["initial_state"]?.values ?? [])
    guard given.isEmpty || given.count % 2 == 0, let sequence = inputs.first else {
      throw .invalid("it is called on \(inputs.count) tensors")
    }
    let ahead = try layer.nested(
      forward, at: ["forward_layer"], on: [sequence] + given.prefix(given.count / 2))
    var back = try layer.nested(
      backward, at: ["backward_layer"], on: [sequence] + given.suffix(given.count / 2))
    guard !ahead.isEmpty, ahead.count == back.count else {
      throw .invalid("its layers give different results")
    }
    if try forward.settings.flag("return_sequences", default: false) {
      back[0].value = back[0].value.reversed(axis: 1)
    }
    let states = Array(ahead.dropFirst() + back.dropFirst())
    let (a, b) = (ahead[0].value, back[0].value)
    let merged: Value
    switch layer.settings["merge_mode"]?.text {
    case "concat": merged = layer.builder.append(Concatenation(axis: a.shape.count - 1), [a, b])
    case "sum": merged = a + b
    case "ave": merged = (a + b) / 2
    case "mul": merged = a * b
    case nil: return [ahead[0], back[0]] + states
    case let mode?: throw .invalid("merge_mode '\(mode.printable())' does not exist")
    }
    return [LayerValue(merged, mask: ahead[0].mask)] + states
  }

  /// All time steps at once, as items of one larger batch.
  private static let timeDistributed: LayerKind.Body = { layer throws(LayerFailure) in
    guard let inner = layer.settings.layer("layer") else { throw .invalid("setting 'layer' is missing") }
    let input = try layer.input(rank: 3...8, "batch×time×…")
    let (batch, time) = (input.shape[0], input.shape[1])
    let joined = input.reshaped(to: [batch * time] + input.shape[2...])
    return try layer.nested(inner, at: ["layer"], on: [LayerValue(joined)]).map {
      result throws(LayerFailure) in
      guard result.value.shape.first == batch * time else {
        throw .unsupported("a layer that mixes the items of a batch cannot be distributed over time")
      }
      return LayerValue(
        result.value.reshaped(to: [batch, time] + result.value.shape.dropFirst()), mask: layer.inputs[0].mask)
    }
  }
}

extension LayerImport {
  fileprivate var units: Int {
    get throws(LayerFailure) {
      try settings.integer("units")
    }
  }

  /// An activation of a cell, as a function that cannot throw.
  fileprivate func cellActivation(
    _ key: String, default name: String
  ) throws(LayerFailure) -> (Value) -> Value {
    // An activation of null is the identity; one that is not mentioned the usual one.
    let function = try ActivationFunction(settings.mentions(key) ? settings[key] : .string(name), of: self)
    return { value in
      do throws(LayerFailure) {
        return try function(value)
      } catch {
        value.builder.fail(GraphError(.shapeMismatch, error.message))
        return value
      }
    }
  }
}

extension Value {
  /// The value with the elements of an axis in reverse order.
  func reversed(axis: Int) -> Value {
    guard shape.indices.contains(axis), shape[axis] > 1 else { return self }
    var starts = shape.map { _ in 0 }
    var steps = shape.map { _ in 1 }
    starts[axis] = shape[axis] - 1
    steps[axis] = -1
    return applying(Slice(starts: starts, counts: shape, steps: steps))
  }
}
