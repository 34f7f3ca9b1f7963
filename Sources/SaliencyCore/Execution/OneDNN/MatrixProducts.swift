internal import OneDNN

extension MatrixProductLowering {
  /// The product in the plan's format of elements, with the function of its elements that alone reads it; nil where oneDNN has no fast primitive for
  /// that, and in single precision, for which there is a kernel of our own.
  func lowerToNarrowPrimitive() throws -> Placement? {
    let type = node.plan.elementType
    guard type != .single, let descriptor = try? primitive(type), !descriptor.isReference else { return nil }
    let leftPlacement = try node.plainOperand(0, type).viewed(
      as: layout(left, isTransposed: transposesLeft, type))
    let rightType = isPacked ? .single : type
    let rightLayout = try layout(right, isTransposed: transposesRight, rightType)
    var rightPlacement = try node.plainOperand(1, rightType).viewed(as: rightLayout)
    if isPacked {
      rightPlacement = try node.plan.reordered(
        rightPlacement, to: try descriptor.layout(of: .weights, rightLayout.dimensions)!)
    }
    var reads: [(Argument, Placement)] = [(.source, leftPlacement), (.weights, rightPlacement)]
    if node.node.operands.count == 3 {
      reads.append((.bias, try node.plainOperand(2).viewed(as: try bias)))
    }
    let output = node.plan.allocate(try .plain(result, type))
    try node.plan.emit(descriptor, reads: reads, writes: [(.destination, output)])
    let placement = output.viewed(as: try .plain(node.dimensions, type))
    if let follower = node.elementwiseFollower() { node.plan.place(follower.node, at: placement) }
    return placement
  }

  private func primitive(_ type: ElementType) throws -> PrimitiveDescriptor {
    let weights = try layout(right, isTransposed: transposesRight, type)
    return try .matrixProduct(
      source: layout(left, isTransposed: transposesLeft, type).descriptor,
      weights: isPacked ? Layout.any(weights.dimensions, type).descriptor : weights.descriptor,
      bias: node.node.operands.count == 3 ? bias.descriptor : nil,
      destination: Layout.plain(result, type).descriptor,
      postOperations: node.elementwiseFollower().map { [$0.function.algorithm] } ?? [], engine: node.engine)
  }

  private var bias: Layout {
    get throws { try .plain([result[result.count - 1]].padded(toRank: result.count)) }
  }

  /// Whether oneDNN may choose how the right operand lies.
  private var isPacked: Bool { node.plan.isConstant(node.operand(1)) && right.count == 2 }

  /// A row-major batch of matrices, seen transposed where asked for.
  private func layout(_ shape: Shape, isTransposed: Bool, _ type: ElementType) throws -> Layout {
    guard isTransposed else { return try .plain(shape, type) }
    var strides = shape.rowMajorStrides
    var extents = shape
    strides.swapAt(shape.count - 1, shape.count - 2)
    extents.swapAt(shape.count - 1, shape.count - 2)
    return try .strided(extents, strides: strides, type)
  }
}
