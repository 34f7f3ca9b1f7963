import SaliencyCore

/// Where a weighted sum stands in a graph, by the indices of nodes.
struct WeightedSumSite: Sendable {
  let layer: RelevanceComposite.Layer
  /// The node of the operation.
  let node: Int
  /// Which operand is summed; the other one of the first two are the weights.
  let inputPosition: Int
  /// What is summed, before the scales and shifts that the sum took in.
  let input: Int
  let weights: Int
  let bias: Int?
  /// The sum with the scales and shifts behind it, its axes in the order of the operation.
  let output: Int
  /// The network's node that this is.
  let end: Int
  /// The scales and shifts that the sum took in.
  let takenIn: Set<Int>
  let isInputPositive: Bool
}

/// Looks for the weighted sums of a network, and merges the scales and shifts by channel around each of them into it.
struct WeightedSumSearch {
  private let builder: GraphBuilder
  private let source: Int
  private let network: Range<Int>
  private let path: Set<Int>
  /// The nodes on the path that read each node.
  private let users: [Int: [Int]]
  private let positivity: [Bool]

  init(_ context: MethodContext, path: Set<Int>) {
    builder = context.builder
    source = context.attributionTarget.index
    network = context.network.graph.nodes.indices
    self.path = path
    var users: [Int: [Int]] = [:]
    for node in path {
      for operand in builder.nodes[node].operands { users[operand, default: []].append(node) }
    }
    self.users = users
    positivity = builder.nodes.positivity
  }

  /// The weighted sums between source and explained value, in the order of the graph; their weights and biases are appended to it.
  ///
  /// What stands between two sums belongs to the first.
  func sites() -> [WeightedSumSite] {
    var takenIn: Set<Int> = []
    return path.sorted().filter { $0 != source && network.contains($0) }.compactMap { index in
      let site = site(at: index, besides: takenIn)
      if let site { takenIn.formUnion(site.takenIn) }
      return site
    }
  }

  private func site(at index: Int, besides others: Set<Int>) -> WeightedSumSite? {
    let node = builder.nodes[index]
    guard let form = WeightedSumForm(node, builder) else { return nil }
    let scope = builder.scope
    defer { builder.scope = scope }
    builder.scope = node.name + "/weights"

    let operands = node.operands.map(builder.value(at:))
    let (input, rank) = (operands[form.inputPosition], node.shape.count)
    let before =
      form.mergesLines ? linesBefore(input, axis: form.inputAxis, besides: others) : Lines(value: input)
    let after =
      form.mergesLines
      ? linesAfter(index, axis: form.outputAxis) : Lines(value: builder.value(at: index))
    var weights = operands[1 - form.inputPosition]
    var bias = operands.count > 2 ? operands[2].along(form.outputAxis, rank: rank) : nil
    if let shift = before.line.shift {
      // What the sum makes of the shift; where there is padding it is not the same everywhere.
      let item = [1] + input.shape.dropFirst()
      let shifts = shift.along(form.inputAxis, rank: item.count).broadcast(to: item)
      let sum = builder.append(node.operation, [shifts, weights])
      bias = bias.map { $0 + sum } ?? sum
    }
    if let scale = before.line.scale { weights = weights * form.inputScale(scale, weights: weights.shape) }
    if let scale = after.line.scale {
      weights = weights * form.outputScale(scale, weights: weights.shape)
      bias = bias.map { $0 * scale.along(form.outputAxis, rank: rank) }
    }
    if let shift = after.line.shift?.along(form.outputAxis, rank: rank) {
      bias = bias.map { $0 + shift } ?? shift
    }
    return WeightedSumSite(
      layer: .init(name: node.name, kind: form.kind), node: index,
      inputPosition: form.inputPosition, input: before.value.index, weights: weights.index,
      bias: bias?.index, output: after.value.index, end: after.end,
      takenIn: before.takenIn.union(after.takenIn),
      isInputPositive: positivity[before.end])
  }

  /// The scales and shifts before or behind a sum.
  private struct Lines {
    var line = ChannelLine()
    /// The value at the other end, its axes in the sum's order.
    let value: Value
    /// The node at the other end.
    let end: Int
    /// The nodes that are scales and shifts.
    var takenIn: Set<Int> = []

    init(value: Value) { (self.value, end) = (value, value.index) }

    init(_ line: ChannelLine, from value: Value, order: [Int], takenIn: Set<Int>) {
      (self.line, self.value, end) = (line, value.transposed(order), value.index)
      self.takenIn = takenIn
    }
  }

  /// The scales and shifts that an operand comes of and that nothing else reads.
  private func linesBefore(_ operand: Value, axis: Int, besides others: Set<Int>) -> Lines {
    var lines = Lines(value: operand)
    // Of the node that is looked at: where the operand's axes are, and its channels.
    var (order, axis) = (Array(operand.shape.indices), axis)
    var (line, takenIn, index) = (ChannelLine(), Set<Int>(), operand.index)
    while index != source, path.contains(index), !others.contains(index), users[index]?.count == 1 {
      let node = builder.nodes[index]
      if let transpose = node.operation as? Transpose {
        order = order.map { transpose.permutation[$0] }
        axis = transpose.permutation[axis]
        index = node.operands[0]
      } else if let (step, origin) = ChannelLine.step(node, axis: axis, builder) {
        line = step.followed(by: line)
        takenIn.insert(index)
        index = origin
        lines = Lines(line, from: builder.value(at: origin), order: order, takenIn: takenIn)
      } else {
        break
      }
    }
    return lines
  }

  /// The scales and shifts that follow a node which nothing else reads.
  private func linesAfter(_ node: Int, axis channels: Int) -> Lines {
    let value = builder.value(at: node)
    var lines = Lines(value: value)
    // Which of the first node's axes those of the node that is looked at are, and where its channels are.
    var (axes, axis) = (Array(value.shape.indices), channels)
    var (line, takenIn, index) = (ChannelLine(), Set<Int>(), node)
    while let readers = users[index], readers.count == 1, network.contains(readers[0]) {
      let reader = builder.nodes[readers[0]]
      if let transpose = reader.operation as? Transpose {
        axes = transpose.permutation.map { axes[$0] }
        axis = axes.firstIndex(of: channels)!
        index = readers[0]
      } else if let (step, origin) = ChannelLine.step(reader, axis: axis, builder), origin == index {
        line = line.followed(by: step)
        index = readers[0]
        takenIn.insert(index)
        var order = axes
        for (position, original) in axes.enumerated() { order[original] = position }
        lines = Lines(line, from: builder.value(at: index), order: order, takenIn: takenIn)
      } else {
        break
      }
    }
    return lines
  }
}
