extension NodeLowering {
  /// The convolution of this node by Winograd's algorithm; nil where that does not fit or does not pay.
  func winogradConvolution(_ geometry: WindowGeometry, groups: Int) throws -> Placement? {
    let rectifier = elementwiseFollower().flatMap { $0.function == .rectified() ? $0.node : nil }
    guard
      let result = try winograd(
        geometry, groups: groups, isAdjoint: false, rectifies: rectifier != nil, "convolution forward")
    else { return nil }
    plan.notes.convolutionLayouts[shape] = result.layout
    if let rectifier { plan.place(rectifier, at: result) }
    return result
  }

  /// The transposed convolution of this node, likewise.
  func winogradTransposedConvolution(_ geometry: WindowGeometry, groups: Int) throws -> Placement? {
    try winograd(geometry, groups: groups, isAdjoint: true, rectifies: false, "convolution backward")
  }

  private func winograd(
    _ geometry: WindowGeometry, groups: Int, isAdjoint: Bool, rectifies: Bool, _ kind: String
  ) throws -> Placement? {
    let sourceShape = operandShape(0)
    // Kernels are transformed once, and numbers are in single precision.
    guard plan.elementType == .single, plan.isConstant(operand(1)), sourceShape.count == 4 else { return nil }
    let isChannelsLast = try isChannelsLast(sourceShape)
    guard
      let convolution = WinogradConvolution(
        geometry, groups: groups, kernel: operandShape(1), source: sourceShape, result: shape,
        isAdjoint: isAdjoint, isChannelsLast: isChannelsLast, rectifies: rectifies)
    else { return nil }
    func layout(_ shape: Shape) throws -> Layout {
      try isChannelsLast ? .channelsLast(shape) : .blocked(shape, channels: convolution.blockedChannels)
    }
    let packed = try plan.allocatePlain(convolution.packedShape)
    try plan.emit("transformation of kernels", reads: [try plainOperand(1)], writes: packed, convolution.pack)
    let source = try plan.reordered(operand(0), to: layout(sourceShape))
    let bias = node.operands.count == 3 ? [try plainOperand(2)] : []
    let result = plan.allocate(try layout(shape))
    try plan.emit(
      kind, implementation: "winograd", reads: [source, packed] + bias, writes: result,
      scratch: try plan.allocatePlain(convolution.scratchShape(threads: plan.worker.team.threadCount)),
      convolution.run)
    return result
  }

  /// Whether the first operand has its channels last, or where that lies as no convolution takes it, what convolutions chose for its extents.
  private func isChannelsLast(_ shape: Shape) throws -> Bool {
    let last = try Layout.channelsLast(shape)
    let layout = operand(0).layout
    if layout.isEqual(to: last) { return true }
    return layout.axisOrder != nil && plan.notes.convolutionLayouts[shape]?.isEqual(to: last) == true
  }
}
