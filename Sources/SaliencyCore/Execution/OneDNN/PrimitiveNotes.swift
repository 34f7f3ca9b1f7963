/// What primitives leave for those of later nodes.
struct PrimitiveNotes {
  /// Whether convolutions are differentiated, whose gradients then choose layouts as well.
  let hasGradients: Bool
  /// The layouts that convolutions chose for their results, by extents; gradients of these extents follow them, so that
  /// a gradient meets the value it is gated by in one layout.
  var convolutionLayouts: [Shape: Layout] = [:]
  /// What maximum poolings leave for their gradients, by node: which elements won, the result, and the layout of the operand.
  var poolings: [Int: (workspace: Placement, result: Placement, source: Layout)] = [:]

  init(_ graph: Graph) {
    hasGradients = graph.nodes.contains { $0.operation is TransposedConvolution }
  }
}
