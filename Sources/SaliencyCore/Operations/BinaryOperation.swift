internal import OneDNN

/// An operation on the elements of two operands, with NumPy's broadcasting.
public protocol BinaryOperation: Operation {
  /// How the executor computes it.
  var lowering: BinaryLowering { get }
}

/// How the executor computes a binary operation.
public struct BinaryLowering: Sendable {
  let function: BinaryFunction

  init(_ function: BinaryFunction) {
    self.function = function
  }
}

extension BinaryOperation {
  /// The operands' shapes, broadcast.
  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 2)
    guard let shape = operands[0].broadcast(with: operands[1]) else {
      throw GraphError(
        .shapeMismatch,
        "operands of \(operands[0].text) and \(operands[1].text) do not broadcast to one shape")
    }
    return shape
  }

  /// A primitive in the layout of the operand that is not broadcast.
  public func lower(_ node: NodeLowering) throws -> Placement {
    let dimensions = node.dimensions
    var operands = try (0..<2).map { position in
      let shape = node.operandShape(position).padded(toRank: dimensions.count)
      return try node.operand(position).layout.dimensions == shape
        ? node.operand(position)
        : node.plainOperand(position).viewed(as: .plain(shape))
    }
    let isFull = operands.map { $0.layout.dimensions == dimensions }
    let plain = try MemoryDescriptor.plain(dimensions)

    if !isFull[0] && isFull[1] && lowering.function.isCommutative { operands.swapAt(0, 1) }
    if operands[0].layout.dimensions != dimensions {
      operands[0] = try node.plan.broadcast(operands[0], to: dimensions)
    }
    if isFull[0] && isFull[1] && operands[0].layout.isEqual(to: plain) {
      operands[0] = try node.plan.reordered(operands[0], to: operands[1].layout)
    }
    let layout = operands[0].layout
    if operands[1].layout.dimensions == dimensions {
      operands[1] = try node.plan.reordered(operands[1], to: layout)
    }

    let result = node.plan.allocate(layout)
    try node.plan.emit(
      try .binary(
        lowering.function, left: layout, right: operands[1].layout, destination: layout, engine: node.engine),
      reads: [(.source, operands[0]), (.secondSource, operands[1])], writes: [(.destination, result)])
    return result
  }
}

extension BinaryFunction {
  fileprivate var isCommutative: Bool { self != .subtract && self != .divide }
}
