import SaliencyCore

extension InputReading {
  /// What is said about each of `inputs`.
  static func all(
    of inputs: [String], in file: ONNXModelFile, order: [Int], functions: LocalFunctions
  ) -> [String: InputReading] {
    let graph = file.model.graph
    var readers: [String: [Int]] = [:]
    for index in order {
      for operand in Set(graph.node[index].input) where !operand.isEmpty {
        readers[operand, default: []].append(index)
      }
    }
    var constants: [String: ONNXTensorProto] = [:]
    for initializer in graph.initializer { constants[initializer.name] = initializer }
    for node in graph.node {
      guard case .constant? = node.definition?.trace, let result = node.output.first,
        let value = node.attribute.first(where: { $0.name == "value" })
      else { continue }
      constants[result] = value.t
    }
    let nodes = NodesBehind(file: file, functions: functions, readers: readers, constants: constants)
    return Dictionary(
      inputs.map { ($0, nodes.reading(ofInput: $0)) }, uniquingKeysWith: { first, _ in first })
  }
}

/// The nodes of a graph by what they read.
private struct NodesBehind {
  let file: ONNXModelFile
  let functions: LocalFunctions
  /// The nodes that read a value, by its name.
  let readers: [String: [Int]]
  /// What is known now, by name.
  let constants: [String: ONNXTensorProto]

  /// The elements of a small constant.
  private func numbers(_ name: String?) -> [Double]? {
    guard let name, let proto = constants[name], let tensor = try? file.tensor(proto),
      1...64 ~= tensor.elementCount
    else { return nil }
    return Array(tensor.doubles())
  }

  /// The mean of a constant's elements, of which there may be one a channel.
  private func number(_ name: String?) -> Double? {
    numbers(name).map { $0.reduce(0, +) / Double($0.count) }
  }

  /// Follows an input through what moves, shifts and scales it, up to the first node that does something else.
  func reading(ofInput name: String) -> InputReading {
    var line = InputLine()
    var reading = InputReading()
    follow(name, &reading, &line)
    if let scale = line.pixelScale {
      (reading.pixelScale, reading.scaleOrigin) = (scale, "nodes of the model")
    }
    return reading
  }

  /// The channels that a node picks along an axis.
  private func channels(_ node: ONNXNodeProto) -> (axis: Int, picked: [Int])? {
    guard case .pick(let channels)? = OperatorTable[node.opType]?.trace else { return nil }
    return channels(node, numbers)
  }

  /// What comes of all channels of a value in another order; nil where its readers do something else with it.
  ///
  /// - Parameter isChannelAxis: whether an axis is that of the channels.
  private func reordered(_ users: [ONNXNodeProto], isChannelAxis: (Int) -> Bool) -> String? {
    func isWhole(_ picked: [Int]) -> Bool { picked.sorted() == Array(picked.indices) && picked.count == 3 }
    if users.count == 1, let (axis, picked) = channels(users[0]) {
      return isChannelAxis(axis) && isWhole(picked) ? users[0].output.first : nil
    }
    // Channels that are taken apart and joined again.
    var parts: [String] = []
    if users.count == 1, case .division? = OperatorTable[users[0].opType]?.trace {
      let axis = users[0].attribute.first { $0.name == "axis" }.map { Int($0.i) } ?? 0
      guard users[0].output.count == 3, isChannelAxis(axis) else { return nil }
      parts = users[0].output
    } else {
      let picked = users.compactMap(channels)
      guard picked.count == users.count, isWhole(picked.flatMap(\.picked)),
        picked.allSatisfy({ isChannelAxis($0.axis) })
      else { return nil }
      parts = users.compactMap(\.output.first)
    }
    let joins = Set(parts.flatMap { readers[$0] ?? [] })
    guard joins.count == 1, let join = joins.first.map({ file.model.graph.node[$0] }),
      case .junction? = OperatorTable[join.opType]?.trace,
      join.input.sorted() == parts.sorted(),
      isChannelAxis(join.attribute.first { $0.name == "axis" }.map { Int($0.i) } ?? 0)
    else { return nil }
    return join.output.first
  }

  private func follow(_ name: String, _ reading: inout InputReading, _ line: inout InputLine) {
    let graph = file.model.graph
    var name = name
    /// Where the axes of the value at hand lie in the input; nil where that is not known any more.
    var axes: [Int]? = [0, 1, 2, 3]
    func tell(channelsAt axis: Int) {
      guard let axes, [1, 3].contains(axes[axis]) else { return }
      reading.channelAxis = axes[axis]
    }
    var stepCount = 0
    while stepCount < 32 {
      stepCount += 1
      let users = (readers[name] ?? []).map { graph.node[$0] }.filter {
        if case .shape? = OperatorTable[$0.opType]?.trace { false } else { true }
      }
      guard users.allSatisfy({ $0.isKnownOperator && functions[$0] == nil }) else { return }
      let result = reordered(users) { axis in
        let axis = axis < 0 ? axis + 4 : axis
        return axes.map { $0.indices.contains(axis) && [1, 3].contains($0[axis]) } ?? false
      }
      if let result, !result.isEmpty {
        name = result
        continue
      }
      guard users.count == 1, let node = users.first, let result = node.output.first, !result.isEmpty else {
        return
      }
      guard let trace = node.definition?.trace, let operand = node.input.firstIndex(of: name),
        operand == 0 || trace.isCommutative
      else { return }
      switch trace {
      case .same: break
      case .transposition:
        let order = node.attribute.first { $0.name == "perm" }?.ints.map(Int.init) ?? [3, 2, 1, 0]
        if let old = axes, order.sorted() == [0, 1, 2, 3] {
          axes = order.map { old[$0] }
        } else {
          axes = nil
        }
      case .reshaping: axes = nil
      case .arithmetic(_, let body):
        guard node.input.count == 2, let other = number(node.input[1 - operand]),
          let next = body(line, other)
        else { return }
        line = next
      case .quantization(let body):
        guard node.input.count > 1, let scale = number(node.input[1]), scale != 0 else { return }
        let zero = node.input.count > 2 ? number(node.input[2]) ?? 0 : 0
        guard let next = body(line, scale, zero) else { return }
        line = next
      case .convolution(let kernel):
        guard node.input.count > kernel, let shape = constants[node.input[kernel]]?.dims, shape.count == 4,
          axes != nil
        else { return }
        tell(channelsAt: 1)
        let groups = node.attribute.first { $0.name == "group" }.map(\.i) ?? 1
        reading.channelCount = Int(exactly: shape[1].multipliedReportingOverflow(by: groups).partialValue)
        return
      case .statistics:
        tell(channelsAt: 1)
        guard node.input.count == 5, let mean = number(node.input[3]), let variance = number(node.input[4]),
          variance >= 0
        else { return }
        line.statistics = (mean, variance.squareRoot())
        return
      case .pooling:
        tell(channelsAt: 1)
        return
      case .shape, .constant, .pick, .division, .junction: return
      }
      name = result
    }
  }
}

extension InputTrace {
  /// Whether the input may be any of the operands.
  fileprivate var isCommutative: Bool { if case .arithmetic(true, _) = self { true } else { false } }
}
