internal import OneDNN

extension NodeLowering {
  /// The convolution of the first operand, [batch, channels, …], with the second, [outputs, channels / groups, …], plus the third,
  /// [outputs], where there is one, and the function of its elements that alone reads it.
  func convolution(_ geometry: WindowGeometry, groups: Int) throws -> Placement {
    try ConvolutionLowering(node: self, geometry: geometry, groups: groups).forward()
  }

  /// The adjoint of that convolution: the first operand is [batch, outputs, …].
  func transposedConvolution(_ geometry: WindowGeometry, groups: Int) throws -> Placement {
    try ConvolutionLowering(node: self, geometry: geometry, groups: groups).backward()
  }
}

/// A convolution that a node computes, or whose adjoint it computes.
private struct ConvolutionLowering {
  let node: NodeLowering
  let geometry: WindowGeometry
  let groups: Int

  /// The extents of the kernel as oneDNN counts them.
  private var kernel: [Int] { groupedKernel(node.operandShape(1), groups: groups) }

  func forward() throws -> Placement {
    let follower = node.elementwiseFollower()
    let kernelPlacement = try node.plainOperand(1).viewed(as: .plain(kernel))
    let descriptor = try forwardPrimitive(follower: follower?.function)
    var reads: [(Argument, Placement)] = [
      (
        .source,
        try node.plan.reordered(
          node.operand(0), to: try descriptor.layout(of: .source, node.operandShape(0))!)
      ),
      (
        .weights, try node.plan.reordered(kernelPlacement, to: try descriptor.layout(of: .weights, kernel)!)
      ),
    ]
    if node.node.operands.count == 3 { reads.append((.bias, try node.plainOperand(2))) }
    let result = node.plan.allocate(try descriptor.layout(of: .destination, node.shape)!)
    node.plan.notes.convolutionLayouts[node.shape] = result.layout
    try node.plan.emit(descriptor, reads: reads, writes: [(.destination, result)])
    if let follower { node.plan.place(follower.node, at: result) }
    return result
  }

  /// The primitive in whatever layout is fastest.
  private func forwardPrimitive(follower: ElementwiseFunction?) throws -> PrimitiveDescriptor {
    let (source, shape) = (node.operandShape(0), node.shape)
    func make(_ source: Layout, _ destination: Layout) throws -> PrimitiveDescriptor {
      try .convolution(
        source: source.descriptor, weights: Layout.any(kernel, destination.elementType).descriptor,
        bias: node.node.operands.count == 3 ? Layout.plain(node.operandShape(2)).descriptor : nil,
        destination: destination.descriptor, window: geometry.parameters,
        postOperations: follower.map { [$0.algorithm] } ?? [], engine: node.engine)
    }
    if node.plan.elementType == .brainFloat,
      let descriptor = try? make(.any(source, .brainFloat), .any(shape, .brainFloat)), !descriptor.isReference
    {
      return descriptor
    }
    return try make(.any(source), .any(shape))
  }

  func backward() throws -> Placement {
    let kernelPlacement = try node.plainOperand(1).viewed(as: .plain(kernel))
    let descriptor = try backwardPrimitive()
    let reads: [(Argument, Placement)] = [
      (
        .destinationGradient,
        try node.plan.reordered(
          node.operand(0), to: try descriptor.layout(of: .destinationGradient, node.operandShape(0))!)
      ),
      (
        .weights, try node.plan.reordered(kernelPlacement, to: try descriptor.layout(of: .weights, kernel)!)
      ),
    ]
    let result = node.plan.allocate(try descriptor.layout(of: .sourceGradient, node.shape)!)
    try node.plan.emit(descriptor, reads: reads, writes: [(.sourceGradient, result)])
    return result
  }

  /// The primitive in the layout that the network's convolutions chose where a fast implementation exists for that, so that gradients
  /// meet values in one layout; else in whatever layout is fastest.
  private func backwardPrimitive() throws -> PrimitiveDescriptor {
    if node.plan.elementType == .brainFloat, let descriptor = try? backwardPrimitive(.brainFloat),
      !descriptor.isReference
    {
      return descriptor
    }
    return try backwardPrimitive(.single)
  }

  private func backwardPrimitive(_ type: ElementType) throws -> PrimitiveDescriptor {
    let (result, source) = (
      try Layout.any(node.shape, type), try Layout.any(node.operandShape(0), type)
    )
    if let known = try node.plan.notes.convolutionLayouts[node.operandShape(0)]?.converted(to: type) {
      let isLast = known.isEqual(to: try .channelsLast(node.operandShape(0), type))
      if let descriptor = try? backwardPrimitive(
        result: isLast ? .channelsLast(node.shape, type) : result, source: known), !descriptor.isReference
      {
        return descriptor
      }
    }
    return try backwardPrimitive(result: result, source: source)
  }

  private func backwardPrimitive(
    result: Layout, source: Layout
  ) throws -> PrimitiveDescriptor {
    let weights = try Layout.any(kernel, source.elementType).descriptor
    let forward = try PrimitiveDescriptor.convolution(
      source: result.descriptor, weights: weights, bias: nil, destination: source.descriptor,
      window: geometry.parameters, engine: node.engine)
    return try PrimitiveDescriptor.convolutionBackwardData(
      sourceGradient: result.descriptor, weights: weights, destinationGradient: source.descriptor,
      window: geometry.parameters, forward: forward, engine: node.engine)
  }
}

/// The extents of a kernel as oneDNN counts them: with the groups as an axis of their own, where there are any.
func groupedKernel(_ kernel: Shape, groups: Int) -> [Int] {
  groups == 1 ? kernel : [groups, kernel[0] / groups] + kernel[1...]
}
