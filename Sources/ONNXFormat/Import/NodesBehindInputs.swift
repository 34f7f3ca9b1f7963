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
    for node in graph.node where node.opType == "Constant" && node.isKnownOperator {
      guard let result = node.output.first, let value = node.attribute.first(where: { $0.name == "value" })
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
    var line = Line()
    var reading = InputReading()
    follow(name, &reading, &line)
    if let scale = line.pixelScale {
      (reading.pixelScale, reading.scaleOrigin) = (scale, "nodes of the model")
    }
    return reading
  }

  /// What constants do to an input, on average over channels: a slope and the value at 0.
  private struct Line {
    var slope = 1.0
    var offset = 0.0
    /// The mean and the deviation of what a batch normalization was trained on; nil where none is the first node that does more.
    var statistics: (mean: Double, standardDeviation: Double)?

    /// 1 where what is subtracted and divided by is that of pixels from 0 to 255, 1/255 where it is that of numbers from 0 to 1;
    /// nil where numbers are neither shifted nor scaled.
    var pixelScale: Float? {
      guard abs(slope - 1) > 1e-3 || abs(offset) > 1e-3 else { return statistics.flatMap(Self.pixelScale) }
      return abs(slope) <= 1.0 / 16 || abs(offset) > 2 * abs(slope) ? 1 : 1 / 255
    }

    /// 1 where numbers of such a mean and deviation are pixels from 0 to 255, 1/255 where they are from 0 to 1; nil where they may be others, such as
    /// pixels that are normalized before.
    private static func pixelScale(mean: Double, standardDeviation: Double) -> Float? {
      if 20...235 ~= mean, 10...130 ~= standardDeviation { return 1 }
      if 0.15...0.85 ~= mean, 0.05...0.45 ~= standardDeviation { return 1 / 255 }
      return nil
    }
  }

  /// A channel or several of an image: what a node picks along an axis.
  private func channels(_ node: ONNXNodeProto) -> (axis: Int, picked: [Int])? {
    switch node.opType {
    case "Gather":
      let axis = node.attribute.first { $0.name == "axis" }.map { Int($0.i) } ?? 0
      guard node.input.count == 2, let indices = numbers(node.input[1]) else { return nil }
      return (axis, indices.map { Int(exactly: $0) ?? -1 })
    case "Slice":
      guard node.input.count > 3, let start = numbers(node.input[1]), let end = numbers(node.input[2]),
        let axis = numbers(node.input[3]), start.count == 1, end.count == 1, axis.count == 1
      else { return nil }
      let step = node.input.count > 4 && !node.input[4].isEmpty ? numbers(node.input[4]) ?? [] : [1]
      // All of the channels backwards, or one of them.
      guard let axis = Int(exactly: axis[0]), let first = Int(exactly: start[0]) else { return nil }
      if step == [-1], first == -1 || first >= 2, end[0] < -3 { return (axis, [2, 1, 0]) }
      return step == [1] && first >= 0 && end[0] == Double(first) + 1 ? (axis, [first]) : nil
    default: return nil
    }
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
    if users.count == 1, users[0].opType == "Split" {
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
      join.opType == "Concat",
      join.input.sorted() == parts.sorted(),
      isChannelAxis(join.attribute.first { $0.name == "axis" }.map { Int($0.i) } ?? 0)
    else { return nil }
    return join.output.first
  }

  private func follow(_ name: String, _ reading: inout InputReading, _ line: inout Line) {
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
        !["Shape", "Size"].contains($0.opType)
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
      let operand = node.input.firstIndex(of: name)
      /// The constant that is computed with.
      let other = number(node.input.count == 2 ? node.input[operand == 0 ? 1 : 0] : nil)
      switch (node.opType, operand) {
      case ("Identity", 0), ("Cast", 0), ("CastLike", 0): break
      case ("Transpose", 0):
        let order = node.attribute.first { $0.name == "perm" }?.ints.map(Int.init) ?? [3, 2, 1, 0]
        if let old = axes, order.sorted() == [0, 1, 2, 3] {
          axes = order.map { old[$0] }
        } else {
          axes = nil
        }
      case ("Reshape", 0), ("Unsqueeze", 0), ("Squeeze", 0): axes = nil
      case ("Add", _):
        guard let other else { return }
        line.offset += other
      case ("Sub", 0):
        guard let other else { return }
        line.offset -= other
      case ("Mul", _):
        guard let other else { return }
        (line.slope, line.offset) = (line.slope * other, line.offset * other)
      case ("Div", 0):
        guard let other, other != 0 else { return }
        (line.slope, line.offset) = (line.slope / other, line.offset / other)
      case ("DequantizeLinear", 0), ("QuantizeLinear", 0):
        guard node.input.count > 1, let scale = number(node.input[1]), scale != 0 else { return }
        let zero = node.input.count > 2 ? number(node.input[2]) ?? 0 : 0
        if node.opType == "DequantizeLinear" {
          (line.slope, line.offset) = (line.slope * scale, (line.offset - zero) * scale)
        } else {
          (line.slope, line.offset) = (line.slope / scale, line.offset / scale + zero)
        }
      case ("Conv", 0), ("ConvInteger", 0), ("QLinearConv", 0):
        let kernel = node.opType == "QLinearConv" ? 3 : 1
        guard node.input.count > kernel, let shape = constants[node.input[kernel]]?.dims, shape.count == 4,
          axes != nil
        else { return }
        tell(channelsAt: 1)
        let groups = node.attribute.first { $0.name == "group" }.map(\.i) ?? 1
        reading.channelCount = Int(exactly: shape[1].multipliedReportingOverflow(by: groups).partialValue)
        return
      case ("BatchNormalization", 0):
        tell(channelsAt: 1)
        guard node.input.count == 5, let mean = number(node.input[3]), let variance = number(node.input[4]),
          variance >= 0
        else { return }
        line.statistics = (mean, variance.squareRoot())
        return
      case ("MaxPool", 0), ("AveragePool", 0):
        tell(channelsAt: 1)
        return
      default: return
      }
      name = result
    }
  }
}
