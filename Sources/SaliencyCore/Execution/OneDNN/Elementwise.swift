internal import OneDNN

extension NodeLowering {
  /// A function of each element of a tensor, in whatever layout that has.
  func elementwise(_ function: ElementwiseFunction, of source: Placement) throws -> Placement {
    let result = plan.allocate(source.layout)
    try plan.emit(
      try .elementwise(function.algorithm, data: source.layout.descriptor, engine: engine),
      reads: [(.source, source)], writes: [(.destination, result)])
    return result
  }

  /// A function of the elements of two tensors with as many axes as the result, of which one at least has its extents; nil where oneDNN takes no such
  /// operands, or has nothing but its reference for them.
  func binary(_ function: BinaryFunction, of given: [Placement]) throws -> Placement? {
    var operands = given
    let isFull = operands.map { $0.layout.dimensions == dimensions }
    if !isFull[0] && isFull[1] && function.isCommutative { operands.swapAt(0, 1) }
    guard operands[0].layout.dimensions == dimensions else { return nil }
    if try isFull[0] && isFull[1] && operands[0].layout.isEqual(to: .plain(dimensions)) {
      operands[0] = try plan.reordered(operands[0], to: operands[1].layout)
    }
    let layout = operands[0].layout
    if operands[1].layout.dimensions == dimensions {
      operands[1] = try plan.reordered(operands[1], to: layout)
    }
    let descriptor = try PrimitiveDescriptor.binary(
      function.algorithm, left: layout.descriptor, right: operands[1].layout.descriptor,
      destination: layout.descriptor, engine: engine)
    if descriptor.isReference { return nil }
    let result = plan.allocate(layout)
    try plan.emit(
      descriptor, reads: [(.source, operands[0]), (.secondSource, operands[1])],
      writes: [(.destination, result)])
    return result
  }

  /// The softmax of the first operand along an axis, or its logarithm.
  func softmax(axis: Int, isLogarithmic: Bool) throws -> Placement {
    let source = try plainOperand(0)
    let result = plan.allocate(source.layout)
    try plan.emit(
      try .softmax(
        data: source.layout.descriptor, axis: axis, isLogarithmic: isLogarithmic, engine: engine),
      reads: [(.source, source)], writes: [(.destination, result)])
    return result
  }
}
