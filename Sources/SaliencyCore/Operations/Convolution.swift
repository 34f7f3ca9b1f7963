internal import OneDNN

/// A convolution, as deep learning means it (a cross-correlation), over 1, 2 or 3 spatial axes.
///
/// Operands: input [batch, channels, …], kernel [outputs, channels / groups, …] and optionally bias [outputs].
public struct Convolution: Operation {
  /// How the window moves.
  public let geometry: WindowGeometry
  /// Into how many groups the channels are divided; as many as there are channels is a depthwise convolution.
  public let groups: Int

  /// A convolution.
  public init(geometry: WindowGeometry, groups: Int = 1) {
    self.geometry = geometry
    self.groups = groups
  }

  public var traits: OperationTraits { OperationTraits(relevance: .terms) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 2...3)
    let (input, kernel) = (operands[0], operands[1])
    try require(
      (3...5).contains(input.count) && kernel.count == input.count && groups >= 1,
      "an input of \(input.text) and a kernel of \(kernel.text) do not make a convolution over 1 to 3 axes")
    try require(
      kernel[0] % groups == 0 && kernel[0] > 0
        && kernel[1].multipliedReportingOverflow(by: groups) == (input[1], false),
      "a kernel of \(kernel.text) in \(groups) groups does not fit an input of \(input.text)")
    try require(
      geometry.isValid(rank: input.count - 2) && kernel.allSatisfy { $0 >= 1 },
      "strides, dilations and padding have to be given for \(input.count - 2) axes")
    if operands.count == 3 {
      try require(
        operands[2] == [kernel[0]], "a bias of \(operands[2].text) does not fit \(kernel[0]) outputs")
    }
    guard let extents = geometry.outputExtents(input: Array(input[2...]), kernel: Array(kernel[2...])) else {
      throw GraphError(
        .shapeMismatch, "a kernel of \(kernel.text) is larger than the padded input of \(input.text)")
    }
    return [input[0], kernel[0]] + extents
  }

  public func gradients(_ context: GradientContext) throws(GraphError) -> [Value?] {
    try context.requireConstant(1, "kernel")
    let source = context.gradient(for: 0) {
      context.gradient.applying(
        TransposedConvolution(
          geometry: geometry, groups: groups, extents: Array(context.inputs[0].shape[2...])),
        context.inputs[1])
    }
    guard context.inputs.count == 3 else { return [source, nil] }
    let bias = context.gradient(for: 2) {
      context.gradient.sum([0] + Array(2..<context.gradient.shape.count)).reshaped(
        to: context.inputs[2].shape)
    }
    return [source, nil, bias]
  }

  /// The first, where the kernel is the same for each item.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands.dropFirst().allSatisfy { $0.axis == nil } ? [operands[0]].leadingAxis : nil
  }

  public func followedAxes(of operands: [Shape], in result: Shape) -> [[Int?]] {
    sameAxes(of: operands, without: [1])
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    let hasBias = node.node.operands.count == 3
    let follower = node.elementwiseFollower()
    let kernelDimensions = groupedKernel(node.operandShape(1), groups: groups)
    let kernel = try node.plainOperand(1).viewed(as: .plain(kernelDimensions))
    let descriptor = try descriptor(node, kernelDimensions, follower: follower?.function)
    var reads: [(Argument, Placement)] = [
      (
        .source,
        try node.plan.reordered(
          node.operand(0), to: try descriptor.descriptor(of: .source, dimensions: node.operandShape(0))!)
      ),
      (
        .weights,
        try node.plan.reordered(
          kernel, to: try descriptor.descriptor(of: .weights, dimensions: kernelDimensions)!)
      ),
    ]
    if hasBias { reads.append((.bias, try node.plainOperand(2))) }
    let result = node.plan.allocate(try descriptor.descriptor(of: .destination, dimensions: node.shape)!)
    node.plan.convolutionLayouts[node.shape] = result.layout
    try node.plan.emit(descriptor, reads: reads, writes: [(.destination, result)])
    if let follower { node.plan.place(follower.node, at: result) }
    return result
  }

  /// The primitive in blocks of 16 channels where that spares the way back a change of layout, else in whatever layout is
  /// fastest.
  private func descriptor(
    _ node: NodeLowering, _ kernel: [Int], follower: ElementwiseFunction?
  ) throws -> PrimitiveDescriptor {
    let (source, shape) = (node.operandShape(0), node.shape)
    func make(_ source: MemoryDescriptor, _ destination: MemoryDescriptor) throws -> PrimitiveDescriptor {
      try .convolution(
        source: source, weights: .any(kernel, destination.elementType),
        bias: node.node.operands.count == 3 ? .plain(node.operandShape(2)) : nil, destination: destination,
        window: geometry.parameters, postOperations: follower.map { [$0.algorithm] } ?? [],
        engine: node.engine)
    }
    if node.plan.elementType == .brainFloat,
      let descriptor = try? make(.any(source, .brainFloat), .any(shape, .brainFloat)), !descriptor.isReference
    {
      return descriptor
    }
    if shape[1] % 16 == 0, node.meetsWinograd,
      let descriptor = try? make(
        source[1] < 16 ? .any(source) : node.operand(0).layout, .blocked(shape, channels: 16)),
      !descriptor.isReference
    {
      return descriptor
    }
    return try make(.any(source), .any(shape))
  }
}

/// The extents of a kernel as oneDNN counts them: with the groups as an axis of their own, where there are any.
func groupedKernel(_ kernel: Shape, groups: Int) -> [Int] {
  groups == 1 ? kernel : [groups, kernel[0] / groups] + kernel[1...]
}
