/// The adjoint of a convolution with respect to its input: the gradient of `Convolution`, and "deconvolution".
///
/// Operands: [batch, outputs, …] and the kernel of the convolution, [outputs, channels / groups, …]; the result is
/// [batch, channels, …].
public struct TransposedConvolution: Operation {
  /// How the window of the convolution moves.
  public let geometry: WindowGeometry
  /// Into how many groups the channels are divided.
  public let groups: Int
  /// The spatial extents of the result, which strides leave open.
  public let extents: [Int]

  /// The adjoint of a convolution of an input of the spatial `extents`.
  public init(geometry: WindowGeometry, groups: Int = 1, extents: [Int]) {
    self.geometry = geometry
    self.groups = groups
    self.extents = extents
  }

  public var traits: OperationTraits { OperationTraits(relevance: .terms) }

  public func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try expect(operands, count: 2)
    let (input, kernel) = (operands[0], operands[1])
    try require(
      (3...5).contains(input.count) && kernel.count == input.count && extents.count == input.count - 2
        && kernel[0] == input[1] && groups >= 1 && kernel[0] % groups == 0,
      "a kernel of \(kernel.text) in \(groups) groups does not fit an input of \(input.text)")
    try require(
      geometry.isValid(rank: extents.count) && kernel.allSatisfy { $0 >= 1 }
        && geometry.outputExtents(input: extents, kernel: Array(kernel[2...])) == Array(input[2...]),
      "a convolution of \(extents.text) with a kernel of \(kernel.text) does not give \(input.text)")
    let (channels, overflow) = kernel[1].multipliedReportingOverflow(by: groups)
    try require(!overflow, "a kernel of \(kernel.text) in \(groups) groups is too large")
    return [input[0], channels] + extents
  }

  public func gradients(_ context: GradientContext) throws(GraphError) -> [Value?] {
    try context.requireConstant(1, "kernel")
    return [
      context.gradient.applying(Convolution(geometry: geometry, groups: groups), context.inputs[1]), nil,
    ]
  }

  /// The first, where the kernel is the same for each item.
  public func batchAxis(of operands: [BatchOperand], in result: Shape) -> BatchAxis? {
    operands.dropFirst().allSatisfy { $0.axis == nil } ? [operands[0]].leadingAxis : nil
  }

  public func followedAxes(of operands: [Shape], in result: Shape) -> [[Int?]] {
    sameAxes(of: operands, without: [1])
  }

  public func lower(_ node: NodeLowering) throws -> Placement {
    try node.winogradTransposedConvolution(geometry, groups: groups)
      ?? node.transposedConvolution(geometry, groups: groups)
  }
}
