internal import OneDNN

/// The operands one after another along an axis.
public struct Concatenation: Operation {
  /// The axis along which the operands are joined.
  public let axis: Int

  /// A concatenation along `axis`.
  public init(axis: Int) {
    self.axis = axis
  }

  public var traits: OperationTraits { .movement(.keepsAttention) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try require(!operands.isEmpty, "takes at least one operand")
    var shape = operands[0]
    try require(shape.indices.contains(axis), "\(shape.text) has no axis \(axis)")
    for operand in operands.dropFirst() {
      var aligned = operand
      if aligned.indices.contains(axis) { aligned[axis] = operands[0][axis] }
      try require(
        aligned == operands[0],
        "operands of \(operands[0].text) and \(operand.text) differ in more than axis \(axis)")
      shape[axis] += operand[axis]
    }
    return shape
  }

  public func gradients(_ context: GradientContext) -> [Value?] {
    var start = 0
    return context.inputs.indices.map { index in
      let extent = context.inputs[index].shape[axis]
      defer { start += extent }
      return context.gradient(for: index) {
        context.gradient.sliced(axis: axis, from: start, count: extent)
      }
    }
  }

  public func reordered(by permutation: [Int]) -> (any Operation)? {
    Concatenation(axis: permutation[axis])
  }

  /// All axes but its own stay apart.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands.alignedAxis(in: result).flatMap { $0.axis == axis ? nil : $0 }
  }

  /// The axis along which the parts lie, too.
  public func followedAxes(of operands: [Shape], in result: Shape) -> [[Int?]] {
    operands.map { $0.indices.map(Optional.some) }
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let positions = node.node.operands.indices.filter { node.operandShape($0)[axis] > 0 }
    var sources = positions.map { (placement: node.operand($0), extent: node.operandShape($0)[axis]) }
    guard sources.count > 1, node.shape.elementCount > 0 else {
      return sources.first?.placement ?? node.operand(0)
    }
    while sources.count > Self.maximumSourceCount {
      let batches = stride(from: 0, to: sources.count, by: Self.maximumSourceCount).map {
        sources[$0..<min($0 + Self.maximumSourceCount, sources.count)]
      }
      sources = try batches.map { batch in
        let extent = batch.reduce(0) { $0 + $1.extent }
        return (try join(batch.map(\.placement), extent: extent, node), extent)
      }
    }
    return try join(sources.map(\.placement), extent: node.shape[axis], node)
  }

  /// How many operands one primitive of oneDNN can name.
  private static let maximumSourceCount = 512

  private func join(_ sources: [Placement], extent: Int, _ node: NodeLowering) throws -> Placement {
    guard sources.count > 1 else { return sources[0] }
    var shape = node.shape
    shape[axis] = extent
    if let joined = try appended(sources, shape, node) { return joined }
    let isNarrow = sources.contains { $0.layout.elementType == .brainFloat }
    let type = isNarrow ? ElementType.brainFloat : .single
    let sources = try sources.map { try node.plan.converted($0, to: type) }
    let descriptor = try PrimitiveDescriptor.concatenation(
      of: sources.map(\.layout), axis: axis, destination: .any(shape, type), engine: node.engine)
    let result = node.plan.allocate(try descriptor.descriptor(of: .destination, dimensions: shape)!)
    try node.plan.emit(
      descriptor, reads: sources.enumerated().map { (.source(at: $0), $1) }, writes: [(.destination, result)])
    return result
  }

  /// Row-major operands one behind another in memory, which oneDNN copies by one thread; nil where they lie otherwise.
  private func appended(_ sources: [Placement], _ shape: Shape, _ node: NodeLowering) throws -> Placement? {
    guard shape[..<axis].allSatisfy({ $0 == 1 }),
      try sources.allSatisfy({ try $0.layout.isEqual(to: .plain($0.layout.dimensions)) })
    else { return nil }
    let counts = sources.map { $0.layout.dimensions.elementCount }
    let result = try node.plan.allocatePlain(shape)
    try node.plan.emit("concatenation", reads: sources, writes: result) { arguments in
      var start = 0
      for (input, count) in zip(arguments.inputs, counts) {
        let output = arguments.output + start
        arguments.team.forEachChunk(of: count) { chunk in
          (output + chunk.lowerBound).update(from: input + chunk.lowerBound, count: chunk.count)
        }
        start += count
      }
    }
    return result
  }
}
