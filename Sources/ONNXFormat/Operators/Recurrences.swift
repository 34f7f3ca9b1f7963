import SaliencyCore

extension OperatorTable {
  /// All are unrolled over the steps of the sequence at hand.
  static let recurrences: [OperatorDefinition] = [
    .init("RNN", operands: 3...6) { node throws(ImportFailure) in
      let layer = try RecurrentAttributes(node, gates: 1, functions: ["Tanh"])
      return try layer.results(states: 1) { weights throws(ImportFailure) in
        let cell = SimpleRecurrentCell(
          kernel: weights.recurrent, clip: layer.clip, activation: weights.functions[0])
        return .init(inputBias: weights.summedBias, call: cell.callAsFunction)
      }
    },
    .init("GRU", operands: 3...6) { node throws(ImportFailure) in
      let layer = try RecurrentAttributes(node, gates: 3, functions: ["Sigmoid", "Tanh"])
      let resetsAfterProduct = try node.flag("linear_before_reset")
      return try layer.results(states: 1) { weights throws(ImportFailure) in
        var cell = GatedRecurrentCell(
          kernel: weights.recurrent, recurrentBias: resetsAfterProduct ? weights.recurrentBias : nil,
          order: [.update, .reset, .candidate], resetsAfterProduct: resetsAfterProduct,
          gateActivation: weights.functions[0], candidateActivation: weights.functions[1])
        cell.clip = layer.clip
        return .init(
          inputBias: resetsAfterProduct ? weights.inputBias : weights.summedBias, call: cell.callAsFunction)
      }
    },
    .init("LSTM", operands: 3...8) { node throws(ImportFailure) in
      let layer = try RecurrentAttributes(node, gates: 4, functions: ["Sigmoid", "Tanh", "Tanh"])
      let couplesGates = try node.flag("input_forget")
      let peepholes = try layer.parameter(7, "the peepholes", [3 * layer.units])
      return try layer.results(states: 2) { weights throws(ImportFailure) in
        var cell = LongShortTermMemoryCell(
          kernel: weights.recurrent, order: [.input, .output, .forget, .candidate],
          gateActivation: weights.functions[0], candidateActivation: weights.functions[1],
          outputActivation: weights.functions[2])
        if let peepholes {
          let all = peepholes[weights.direction]
          for (position, gate) in [LongShortTermMemoryCell.Gate.input, .output, .forget].enumerated() {
            cell.peepholes[gate] = all.sliced(axis: 0, from: position * layer.units, count: layer.units)
          }
        }
        cell.clip = layer.clip
        cell.couplesGates = couplesGates
        return .init(inputBias: weights.summedBias, call: cell.callAsFunction)
      }
    },
  ]
}

/// What the recurrent operators have in common: their attributes and operands, and how results are put together.
private struct RecurrentAttributes {
  /// What a cell is made of, for one direction.
  struct Weights {
    let direction: Int
    /// R, [units, gates · units].
    let recurrent: Value
    let inputBias: Value?
    let recurrentBias: Value?
    let functions: [(Value) -> Value]

    var summedBias: Value? { inputBias.flatMap { input in recurrentBias.map { input + $0 } } }
  }

  struct Cell {
    /// What is added to the projected input.
    let inputBias: Value?
    let call: RecurrentCell
  }

  /// So many steps are unrolled at most: each becomes some ten nodes.
  static let stepLimit = 1 << 13

  let node: NodeImport
  let units: Int
  let clip: Float?
  private let gates: Int
  /// Whether each direction runs backwards.
  private let directions: [Bool]
  private let functions: [[(Value) -> Value]]
  private let isBatchFirst: Bool
  private let input: Value

  /// - Parameters:
  ///   - gates: how many gates the weights are made of.
  ///   - functions: the activations of one direction where the node names none.
  init(_ node: NodeImport, gates: Int, functions: [String]) throws(ImportFailure) {
    self.node = node
    self.gates = gates
    switch try node.text("direction") ?? "forward" {
    case "forward": directions = [false]
    case "reverse": directions = [true]
    case "bidirectional": directions = [false, true]
    case let direction: throw .invalid("direction '\(direction)' does not exist")
    }
    isBatchFirst = try node.flag("layout")
    let given = try node.value(0)
    guard given.shape.count == 3, given.shape.allSatisfy({ $0 >= 1 }) else {
      throw ImportFailure(
        .shapeMismatch, "an input of \(given.shape.text) is no sequence; it takes steps × batch × features")
    }
    input = isBatchFirst ? given.transposed([1, 0, 2]) : given
    guard input.shape[0] <= Self.stepLimit else {
      throw ImportFailure(
        .limitExceeded,
        "a sequence of \(input.shape[0]) steps is too long; up to \(Self.stepLimit) are supported")
    }
    let kernel = try node.input(2).shape
    guard kernel.count == 3, (1...(1 << 20)).contains(kernel[2]) else {
      throw ImportFailure(.shapeMismatch, "recurrent weights of \(kernel.text) do not fit the operator")
    }
    units = kernel[2]
    if let declared = try node.integer("hidden_size"), declared != units {
      throw .invalid("hidden_size is \(declared), but the recurrent weights are \(kernel.text)")
    }
    clip = try node.number("clip")
    if let clip, !(clip > 0) { throw .invalid("clip has to be above 0, not \(clip)") }
    self.functions = try RecurrentActivations(node).functions(
      defaults: functions, directions: directions.count)
  }

  /// An operand with one part a direction, each of `shape`; nil where it is not given.
  func parameter(_ index: Int, _ role: String, _ shape: Shape) throws(ImportFailure) -> [Value]? {
    guard node.has(index) else { return nil }
    let value = try node.value(index)
    guard value.shape == [directions.count] + shape else {
      throw ImportFailure(
        .shapeMismatch,
        "\(role) has to be \(([directions.count] + shape).text), not \(value.shape.text)")
    }
    return directions.indices.map { value.sliced(axis: 0, from: $0, count: 1).reshaped(to: shape) }
  }

  /// The operator's results: all outputs, and the states after the last step.
  func results(
    states count: Int, _ cell: (Weights) throws(ImportFailure) -> Cell
  ) throws(ImportFailure) -> [ImportedValue] {
    let (steps, batch, features) = (input.shape[0], input.shape[1], input.shape[2])
    guard let kernels = try parameter(1, "the weights", [gates * units, features]),
      let recurrent = try parameter(2, "the recurrent weights", [gates * units, units])
    else { throw .invalid("its weights are missing") }
    let biases = try parameter(3, "the bias", [2 * gates * units])
    var initial: [[Value]] = []
    for index in 0..<count { initial.append(try initialState(5 + index, batch: batch)) }
    let mask = try mask(steps: steps, batch: batch)

    var outputs: [Value] = []
    var finals: [[Value]] = Array(repeating: [], count: count)
    for (direction, isReversed) in directions.enumerated() {
      let bias = biases?[direction]
      let cell = try cell(
        Weights(
          direction: direction, recurrent: recurrent[direction].transposed([1, 0]),
          inputBias: bias?.sliced(axis: 0, from: 0, count: gates * units),
          recurrentBias: bias?.sliced(axis: 0, from: gates * units, count: gates * units),
          functions: functions[direction]))
      let sequence = input.projected(by: kernels[direction].transposed([1, 0]), bias: cell.inputBias)
        .unrolled(from: initial.map { $0[direction] }, isReversed: isReversed, mask: mask, cell: cell.call)
      outputs.append(sequence.stacked.reshaped(to: [steps, 1, batch, units]))
      for (index, state) in sequence.states.enumerated() {
        finals[index].append(state.reshaped(to: [1, batch, units]))
      }
    }
    func joined(_ parts: [Value], axis: Int) -> Value {
      parts.count == 1 ? parts[0] : node.builder.append(Concatenation(axis: axis), parts)
    }
    let all = joined(outputs, axis: 1)
    return [.computed(isBatchFirst ? all.transposed([2, 0, 1, 3]) : all)]
      + finals.map {
        let state = joined($0, axis: 0)
        return .computed(isBatchFirst ? state.transposed([1, 0, 2]) : state)
      }
  }

  /// The states of each direction before the first step, zeros where none are given.
  private func initialState(_ index: Int, batch: Int) throws(ImportFailure) -> [Value] {
    guard node.has(index) else {
      let zeros = node.builder.constant(Tensor(0)).broadcast(to: [batch, units])
      return directions.map { _ in zeros }
    }
    var state = try node.value(index)
    let expected = isBatchFirst ? [batch, directions.count, units] : [directions.count, batch, units]
    guard state.shape == expected else {
      throw ImportFailure(
        .shapeMismatch, "an initial state has to be \(expected.text), not \(state.shape.text)")
    }
    if isBatchFirst { state = state.transposed([1, 0, 2]) }
    return directions.indices.map { state.sliced(axis: 0, from: $0, count: 1).reshaped(to: [batch, units]) }
  }

  /// Which sequences take a step, where they are not all as long as the input.
  private func mask(steps: Int, batch: Int) throws(ImportFailure) -> (Int) -> Value? {
    guard node.has(4) else { return { _ in nil } }
    let lengths = try node.integers(4, "the lengths of the sequences")
    guard lengths.count == batch, lengths.allSatisfy({ 0...steps ~= $0 }) else {
      throw .invalid("the lengths of the sequences have to be \(batch) numbers from 0 to \(steps)")
    }
    let builder = node.builder
    return { step in
      let isTaken = lengths.map { step < $0 }
      guard isTaken.contains(false) else { return nil }
      return builder.constant(Tensor(shape: [batch, 1], values: isTaken.map { $0 ? 1 : 0 }))
    }
  }
}
