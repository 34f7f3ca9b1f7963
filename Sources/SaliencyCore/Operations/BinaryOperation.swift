/// An operation on the elements of two operands, with NumPy's broadcasting.
public protocol BinaryOperation: Operation {
  /// How the executor computes it.
  var lowering: BinaryLowering { get }
}

/// How the executor computes a binary operation.
public struct BinaryLowering: Sendable {
  enum Kind: Sendable {
    case primitive(BinaryFunction)
    case vector(VectorStep, isSwapped: Bool)
    case function(@Sendable (Float, Float) -> Float)
  }

  let kind: Kind

  init(_ function: BinaryFunction) {
    kind = .primitive(function)
  }

  private init(_ kind: Kind) {
    self.kind = kind
  }

  /// A step of the vector kernels, with the operands in their order or the other.
  static func vector(_ step: VectorStep, isSwapped: Bool = false) -> Self {
    Self(.vector(step, isSwapped: isSwapped))
  }
  static func function(_ body: @escaping @Sendable (Float, Float) -> Float) -> Self { Self(.function(body)) }
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

  /// Itself: elements are alike.
  public func reordered(by permutation: [Int]) -> (any Operation)? { self }

  /// Where the operands have their items: elements meet their like.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands.alignedAxis(in: result)
  }

  /// A kernel of our own, or a primitive where layouts have gaps, in the layout of an operand that is not broadcast.
  public func lower(_ node: NodeLowering) throws -> Placement {
    guard node.shape.elementCount > 0 else { return try node.plan.allocatePlain(node.shape) }
    let dimensions = node.dimensions
    let operands = try (0..<2).map { position -> Placement in
      let shape = node.operandShape(position).padded(toRank: dimensions.count)
      return node.operand(position).layout.dimensions == shape
        ? node.operand(position)
        : try node.plainOperand(position).viewed(as: .plain(shape))
    }
    let isWalkable = operands.allSatisfy {
      $0.layout.dimensions != dimensions || LayoutWalk($0.layout) != nil
    }
    if let form = lowering.vectorForm, isWalkable {
      return try ElementwiseProgram(form).lower(node, label: name)
    }
    if case .primitive(let function) = lowering.kind,
      let result = try node.binary(
        function, of: operands.map { try node.plan.converted($0, to: .single) })
    {
      return result
    }
    guard case .function(let body) = lowering.kind else {
      return try ElementwiseProgram(lowering.vectorForm!).lower(node, label: name)
    }
    let plain = try operands.map { try node.plan.plain($0, shape: $0.layout.dimensions) }
    let kernel = StridedBinary(
      body, extents: dimensions, left: plain[0].layout.dimensions,
      right: plain[1].layout.dimensions)
    let result = try node.plan.allocatePlain(node.shape)
    try node.plan.emit(name, reads: plain, writes: result) { kernel.run($0) }
    return result
  }
}
