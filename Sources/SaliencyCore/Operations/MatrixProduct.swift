/// The matrix product of the last two axes, batched over the others with NumPy's broadcasting.
///
/// Operands: left [… , rows, inner], right [… , inner, columns] (each transposed first where asked for), and
/// optionally a bias [columns].
public struct MatrixProduct: Operation {
  /// Whether the last two axes of the left operand are exchanged first.
  public let transposesLeft: Bool
  /// Whether the last two axes of the right operand are exchanged first.
  public let transposesRight: Bool

  /// A matrix product.
  public init(transposesLeft: Bool = false, transposesRight: Bool = false) {
    self.transposesLeft = transposesLeft
    self.transposesRight = transposesRight
  }

  public var traits: OperationTraits { OperationTraits(relevance: .productTerms, .unitsLast) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 2...3)
    try require(
      operands[0].count >= 2 && operands[1].count >= 2,
      "\(operands[0].text) and \(operands[1].text) are not both matrices")
    let (rows, inner) = matrix(operands[0], transposesLeft)
    let (rightInner, columns) = matrix(operands[1], transposesRight)
    guard inner == rightInner,
      let batch = Shape(operands[0].dropLast(2)).broadcast(with: operands[1].dropLast(2))
    else {
      throw GraphError(
        .shapeMismatch,
        "matrices of \(operands[0].text)\(transposesLeft ? " (transposed)" : "") and \(operands[1].text)"
          + "\(transposesRight ? " (transposed)" : "") do not fit together")
    }
    if operands.count == 3 {
      try require(operands[2] == [columns], "a bias of \(operands[2].text) does not fit \(columns) columns")
    }
    return batch + [rows, columns]
  }

  private func matrix(_ shape: Shape, _ isTransposed: Bool) -> (rows: Int, columns: Int) {
    let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
    return isTransposed ? (columns, rows) : (rows, columns)
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    let (left, right) = (context.inputs[0], context.inputs[1])
    func product(_ a: Value, _ transposesA: Bool, _ b: Value, _ transposesB: Bool) -> Value {
      a.applying(MatrixProduct(transposesLeft: transposesA, transposesRight: transposesB), b)
    }
    let toLeft = context.gradient(for: 0) {
      transposesLeft
        ? product(right, transposesRight, context.gradient, true)
        : product(context.gradient, false, right, !transposesRight)
    }
    let toRight = context.gradient(for: 1) {
      transposesRight
        ? product(context.gradient, true, left, transposesLeft)
        : product(left, !transposesLeft, context.gradient, false)
    }
    return context.inputs.count == 3 ? [toLeft, toRight, context.gradient] : [toLeft, toRight]
  }

  /// An axis of the matrices beside one another; or that of the rows or the columns, where the other operand is the same for each item.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    guard operands.dropFirst(2).allSatisfy({ $0.axis == nil }) else { return nil }
    let matrices = Array(operands.prefix(2))
    if let outer = matrices.alignedAxis(in: result), outer.axis < result.count - 2 { return outer }
    let (left, right) = (matrices[0], matrices[1])
    if right.axis == nil, let rows = left.axis, rows.axis == left.shape.count - (transposesLeft ? 1 : 2) {
      return BatchAxis(result.count - 2, repetitions: rows.repetitions)
    }
    if left.axis == nil, operands.count == 2, let columns = right.axis,
      columns.axis == right.shape.count - (transposesRight ? 2 : 1)
    {
      return BatchAxis(result.count - 1, repetitions: columns.repetitions)
    }
    return nil
  }

  public func followedAxes(of operands: [Shape], in result: Shape) -> [[Int?]] {
    func axes(of operand: Shape, kept: Int, to target: Int) -> [Int?] {
      operand.indices.map { axis in
        guard axis < operand.count - 2 else { return axis == kept ? target : nil }
        let aligned = axis + result.count - operand.count
        return operand[axis] == result[aligned] ? aligned : nil
      }
    }
    let (left, right, rank) = (operands[0], operands[1], result.count)
    return [
      axes(of: left, kept: left.count - (transposesLeft ? 1 : 2), to: rank - 2),
      axes(of: right, kept: right.count - (transposesRight ? 2 : 1), to: rank - 1),
    ] + operands.dropFirst(2).map { $0.map { _ in nil } }
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    guard node.operandShape(0).elementCount > 0, node.operandShape(1).elementCount > 0 else {
      throw GraphError(
        .shapeMismatch,
        "matrices of \(node.operandShape(0).text) and \(node.operandShape(1).text) are empty")
    }
    let product = MatrixProductLowering(self, node)
    return try product.lowerToNarrowPrimitive() ?? product.lowerToKernel()
  }
}

/// A product of matrices that a node computes.
struct MatrixProductLowering {
  let node: NodeLowering
  let transposesLeft: Bool
  let transposesRight: Bool
  /// The extents of the operands and the result, with as many axes each.
  let left: Shape
  let right: Shape
  let result: Shape

  init(_ product: MatrixProduct, _ node: NodeLowering) {
    self.node = node
    (transposesLeft, transposesRight) = (product.transposesLeft, product.transposesRight)
    let shape = node.shape
    let (left, right) = (
      node.operandShape(0).padded(toRank: shape.count), node.operandShape(1).padded(toRank: shape.count)
    )
    // A batch that shares one right matrix is one larger matrix.
    if right.dropLast(2).allSatisfy({ $0 == 1 }), shape.count > 2, !transposesLeft {
      let rows = shape.dropLast().reduce(1, *)
      self.left = [rows, left[left.count - 1]]
      self.right = Array(right.suffix(2))
      result = [rows, shape[shape.count - 1]]
    } else {
      (self.left, self.right, result) = (left, right, shape)
    }
  }

  /// A kernel of our own.
  func lowerToKernel() throws -> Placement {
    let follower = node.elementwiseFollower().flatMap { follower in
      VectorStep(follower.function).map { (step: $0, node: follower.node) }
    }
    let kernel = MatrixKernel(
      left: (left, transposesLeft), right: (right, transposesRight),
      batch: result.dropLast(2), follower: follower?.step)
    let packed = try node.plan.allocatePlain(kernel.packedShape)
    try node.plan.emit(
      "packing of a matrix", reads: [try node.plainOperand(1)], writes: packed, kernel.pack)
    let bias = node.node.operands.count == 3 ? [try node.plainOperand(2)] : []
    let output = try node.plan.allocatePlain(node.shape)
    try node.plan.emit(
      "matrix product", reads: [try node.plainOperand(0), packed] + bias, writes: output, kernel.run)
    if let follower { node.plan.place(follower.node, at: output) }
    return output
  }
}
