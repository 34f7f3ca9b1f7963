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

  /// The mean of a constant's elements, of which there may be one a channel.
  private func number(_ name: String?) -> Double? {
    guard let name, let proto = constants[name], let tensor = try? file.tensor(proto),
      1...64 ~= tensor.elementCount
    else { return nil }
    return tensor.doubles().reduce(0, +) / Double(tensor.elementCount)
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

    /// 1 where what is subtracted and divided by is that of pixels from 0 to 255, 1/255 where it is that of numbers from 0 to 1;
    /// nil where numbers are neither shifted nor scaled.
    var pixelScale: Float? {
      guard abs(slope - 1) > 1e-3 || abs(offset) > 1e-3 else { return nil }
      return abs(slope) <= 1.0 / 16 || abs(offset) > 2 * abs(slope) ? 1 : 1 / 255
    }
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
      guard users.count == 1, let node = users.first, node.isKnownOperator, functions[node] == nil,
        let result = node.output.first, !result.isEmpty
      else { return }
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
      case ("BatchNormalization", 0), ("MaxPool", 0), ("AveragePool", 0):
        tell(channelsAt: 1)
        return
      default: return
      }
      name = result
    }
  }
}
