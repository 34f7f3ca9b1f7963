/// Several operations on elements, computed together; made by `ElementwiseFusion` alone, after differentiation.
struct FusedElementwise: Operation {
  let program: ElementwiseProgram
  let shape: Shape

  var traits: OperationTraits { OperationTraits(relevance: .unknown) }

  func resultShape(of operands: [Shape]) throws(GraphError) -> Shape { shape }

  func gradients(_ context: GradientContext) throws(GraphError) -> [Value?] {
    throw GraphError(.notDifferentiable, "operations that are computed together have no derivative")
  }

  func lower(_ node: NodeLowering) throws -> Placement {
    try program.lower(node, label: "\(name) of \(program.instructions.count) steps")
  }
}

/// A sum or mean over neighboring axes of what several operations on elements give, none of which is stored.
struct FusedReduction: Operation {
  let program: ElementwiseProgram
  let reduction: Reduction
  /// The extents of what is reduced.
  let source: Shape

  var traits: OperationTraits { OperationTraits(relevance: .unknown) }

  func resultShape(of operands: [Shape]) throws(GraphError) -> Shape {
    try reduction.resultShape(of: [source])
  }

  func gradients(_ context: GradientContext) throws(GraphError) -> [Value?] {
    throw GraphError(.notDifferentiable, "operations that are computed together have no derivative")
  }

  func lower(_ node: NodeLowering) throws -> Placement {
    try program.lowerSum(
      node, of: source, axes: reduction.axes, scale: reduction.scale(in: source),
      label: "\(name) of \(program.instructions.count) steps")
  }
}
