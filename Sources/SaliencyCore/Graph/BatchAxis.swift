/// Where a tensor has the items of a batch.
public struct BatchAxis: Sendable, Hashable {
  /// The axis along which they lie.
  public let axis: Int
  /// How many times they all lie there, one behind another: 1, unless axes were merged.
  public let repetitions: Int

  /// The items along an axis of their own, or along the outer part of one.
  public init(_ axis: Int, repetitions: Int = 1) {
    (self.axis, self.repetitions) = (axis, repetitions)
  }

  /// The same in a tensor of which `count` axes were added in front, or taken away where that is negative.
  func shifted(by count: Int) -> BatchAxis { BatchAxis(axis + count, repetitions: repetitions) }
}

/// An operand of an operation, and where it has the items of a batch.
public struct BatchOperand {
  /// The shape of the operand.
  public let shape: Shape
  /// Where it has the items; nil where it is made of constants alone.
  public let axis: BatchAxis?
  private let itemCount: Int
  private let graph: Graph
  private let index: Int

  init(_ graph: Graph, node index: Int, axis: BatchAxis?, itemCount: Int) {
    (self.graph, self.index, self.axis, self.itemCount) = (graph, index, axis, itemCount)
    shape = graph.nodes[index].shape
  }

  /// Whether the operand has the items there, or the same for each of them.
  func fits(_ expected: BatchAxis) -> Bool {
    if let axis { return axis == expected }
    guard shape.indices.contains(expected.axis), shape[expected.axis] != 1 else { return true }
    let outer = shape[..<expected.axis].reduce(1, *) * expected.repetitions
    return graph.repeats(index, itemCount, outside: outer)
  }

  /// Where the items are in the same elements with another shape.
  func axis(in result: Shape) -> BatchAxis? {
    axis.flatMap { result.axis(of: itemCount, outside: shape[..<$0.axis].reduce(1, *) * $0.repetitions) }
  }
}

extension [BatchOperand] {
  /// Where the result of an operation has the items that aligns elements as NumPy broadcasts them; nil where items would mix.
  func alignedAxis(in result: Shape) -> BatchAxis? {
    guard let first = first(where: { $0.axis != nil }) else { return nil }
    let axis = first.axis!.shifted(by: result.count - first.shape.count)
    guard first.shape[first.axis!.axis] == result[axis.axis],
      allSatisfy({ $0.fits(axis.shifted(by: $0.shape.count - result.count)) })
    else { return nil }
    return axis
  }

  /// Where the result of an operation has the items that treats the positions along all axes but some alike.
  func axis(unlessIn axes: [Int]) -> BatchAxis? {
    guard let axis = self[0].axis, !axes.contains(axis.axis), allSatisfy({ $0.fits(axis) }) else {
      return nil
    }
    return axis
  }

  /// The first axis, where the first operand has the items there, and all others, too, or the same for each of them.
  var leadingAxis: BatchAxis? {
    let leading = BatchAxis(0)
    return self[0].axis == leading && allSatisfy { $0.fits(leading) } ? leading : nil
  }
}

extension Graph {
  /// Whether each result has the items of a batch along its first axis, and each of them is computed from that item alone, in the same way.
  ///
  /// Operations say where they leave the items (``Operation/batchAxis(of:in:)``). Where one is not known to keep them apart, this is
  /// false. Inputs are taken to have the items along their first axis.
  package func separatesItems(_ count: Int) -> Bool {
    guard let axes = itemAxes(count) else { return false }
    return outputs.allSatisfy { axes[$0] == BatchAxis(0) && nodes[$0].shape[0] == count }
  }

  /// The axis along which a node has the items of a batch, each computed from that item alone, in the same way; nil where items mix, or
  /// nothing shows that they do not. Inputs have the items along their first axis.
  package func itemAxis(of node: Int, count: Int) -> Int? {
    guard let axis = withOutputs([node]).itemAxes(count)?[node], axis.repetitions == 1,
      nodes[node].shape[axis.axis] == count
    else { return nil }
    return axis.axis
  }

  /// Where each node has the items, nil for those that depend on no input; nil where the items of one that an output depends on mix.
  private func itemAxes(_ count: Int) -> [BatchAxis?]? {
    var axes = [BatchAxis?](repeating: nil, count: nodes.count)
    let (reachable, isConstant) = (self.reachable, self.isConstant)
    for (index, node) in nodes.enumerated() where reachable[index] && !isConstant[index] {
      if node.operation is Input {
        guard node.shape.first == count else { return nil }
        axes[index] = BatchAxis(0)
      } else {
        let operands = node.operands.map { BatchOperand(self, node: $0, axis: axes[$0], itemCount: count) }
        guard let axis = node.operation.batchAxis(of: operands, in: node.shape) else { return nil }
        axes[index] = axis
      }
    }
    return axes
  }

  /// Whether a constant node has the same part `count` times, one behind another, for each position along the outer axes.
  fileprivate func repeats(_ index: Int, _ count: Int, outside outer: Int) -> Bool {
    let node = nodes[index]
    guard let axis = node.shape.axis(of: count, outside: outer) else { return false }
    if let constant = node.operation as? Constant { return constant.tensor.repeats(count, outside: outer) }
    let source = node.operands[0]
    if node.operation is Reshape || node.operation is any ElementwiseOperation {
      return repeats(source, count, outside: outer)
    }
    guard axis.repetitions == 1 else { return false }
    let position = axis.axis + nodes[source].shape.count - node.shape.count
    switch node.operation {
    case let transpose as Transpose:
      return repeats(source, count, along: transpose.permutation[axis.axis])
    case is Broadcast:
      return position < 0 || nodes[source].shape[position] == 1 || repeats(source, count, along: position)
    case let slice as Slice:
      return slice.isWhole(along: axis.axis, of: nodes[source].shape)
        && repeats(source, count, along: axis.axis)
    case let product as MatrixProduct where !product.transposesLeft && axis.axis == node.shape.count - 2:
      return repeats(source, count, along: position)
    default: return false
    }
  }

  private func repeats(_ index: Int, _ count: Int, along axis: Int) -> Bool {
    repeats(index, count, outside: nodes[index].shape[..<axis].reduce(1, *))
  }
}

extension Shape {
  /// The axis with `count` items of which all lie `outer` times one behind another in memory.
  fileprivate func axis(of count: Int, outside outer: Int) -> BatchAxis? {
    var before = 1
    for (axis, extent) in enumerated() {
      if outer.isMultiple(of: before), extent.isMultiple(of: outer / before * count) {
        return BatchAxis(axis, repetitions: outer / before)
      }
      before *= extent
    }
    return nil
  }
}

extension Tensor {
  /// Whether the same part stands there `count` times, one behind another, for each position along the outer axes.
  fileprivate func repeats(_ count: Int, outside outer: Int) -> Bool {
    withUnsafeBytes { bytes in
      guard !bytes.isEmpty else { return true }
      let part = bytes.count / (outer * count)
      return stride(from: 0, to: bytes.count, by: part).allSatisfy { start in
        let first = start - start % (part * count)
        return bytes[start..<start + part].elementsEqual(bytes[first..<first + part])
      }
    }
  }
}
