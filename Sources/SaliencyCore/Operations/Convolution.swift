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
    try node.winogradConvolution(geometry, groups: groups) ?? node.convolution(geometry, groups: groups)
  }
}
