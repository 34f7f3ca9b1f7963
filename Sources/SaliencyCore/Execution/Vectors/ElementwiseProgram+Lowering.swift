/// A program with its operands where it will read them.
struct BoundProgram {
  let kernel: VectorKernel
  let operands: [Placement]
  /// The layout that is walked, and so that of the result unless it is reduced.
  let layout: Layout
  let walk: LayoutWalk
  /// For each operand whether it lies as what is computed does, and is not repeated.
  let isWhole: [Bool]
}

extension ElementwiseProgram {
  /// Appends the step that computes the program of a node's operands, in the layout of an operand that is not repeated.
  func lower(_ node: NodeLowering, label: String) throws -> Placement {
    let bound = try bind(node, dimensions: node.dimensions)
    let result = reusedOperand(node, bound) ?? node.plan.allocate(bound.layout)
    let count = node.shape.elementCount
    try node.plan.emit(label, reads: bound.operands, writes: result) { bound.kernel.run($0, count: count) }
    return result
  }

  /// Appends the step that adds up the program's results over `axes`, which are neighbors.
  func lowerSum(
    _ node: NodeLowering, of dimensions: [Int], axes: [Int], scale: Double, label: String
  ) throws -> Placement {
    var bound = try bind(node, dimensions: dimensions)
    var loops = bound.walk.loops
    func isReduced(_ loop: LayoutWalk.Loop) -> Bool { axes.contains(loop.axis) }
    func isSummable() -> Bool {
      guard let first = loops.firstIndex(where: isReduced) else { return true }
      let last = loops.lastIndex(where: isReduced)!
      return loops[first...last].allSatisfy(isReduced)
    }
    func kept() -> [LayoutWalk.Loop] { loops.filter { !isReduced($0) } }
    func isRowMajor() -> Bool {
      zip(kept(), kept().dropFirst()).allSatisfy { ($0.axis, $1.step) < ($1.axis, $0.step) }
    }
    if !isSummable() || !isRowMajor() {
      bound = try bind(node, dimensions: dimensions, layout: .plain(dimensions))
      loops = bound.walk.loops
    }
    let first = loops.firstIndex(where: isReduced) ?? loops.count
    let last = loops.lastIndex(where: isReduced) ?? loops.count - 1
    let outer = loops[..<first].reduce(1) { $0 * $1.extent }
    let count = first <= last ? loops[first...last].reduce(1) { $0 * $1.extent } : 1
    let inner = first <= last ? loops[(last + 1)...].reduce(1) { $0 * $1.extent } : 1
    let result = try node.plan.allocatePlain(node.shape)
    let kernel = bound.kernel
    try node.plan.emit(label, reads: bound.operands, writes: result) {
      kernel.sum($0, outer: outer, count: count, inner: inner, scale: scale)
    }
    return result
  }

  /// An operand that lies as the result does and that nobody reads any more, to be overwritten, element by element.
  private func reusedOperand(_ node: NodeLowering, _ bound: BoundProgram) -> Placement? {
    for (position, placement) in bound.operands.enumerated()
    where placement.layout.isEqual(to: bound.layout) && bound.isWhole[position]
      && placement.buffer == node.operand(position).buffer
      && !bound.operands.indices.contains(where: {
        $0 != position && bound.operands[$0].buffer == placement.buffer
      })
    {
      if node.plan.claim(node.node.operands[position]) { return placement.viewed(as: bound.layout) }
    }
    return nil
  }

  /// The layout to compute in: that of convolutions where there is one, rows where vectors of a sequence are added to others that
  /// stand in rows.
  private func layout(
    of operands: [Placement], _ plain: Layout, _ node: NodeLowering
  ) throws -> Layout {
    let whole = operands.filter {
      $0.layout.dimensions == plain.dimensions && !node.plan.isConstant($0)
    }.map(\.layout)
    let others = try whole.filter {
      try !$0.isEqual(to: .plain(plain.dimensions, $0.elementType)) && LayoutWalk($0) != nil
    }
    let isMixed = others.count < whole.count
    let layout =
      others.first {
        !isMixed || plain.dimensions.count >= 4 || $0.blocking?.blocks.isEmpty == false
      } ?? plain
    let isNarrow = whole.contains { $0.elementType == .brainFloat }
    return try layout.converted(to: isNarrow ? .brainFloat : .single) ?? layout
  }

  private func bind(
    _ node: NodeLowering, dimensions: [Int], layout given: Layout? = nil
  ) throws -> BoundProgram {
    let plain = try Layout.plain(dimensions)
    let rows = LayoutWalk(plain)!.loops
    let operands = try (0..<operandCount).map { position -> Placement in
      let (operand, shape) = (node.operand(position), node.operandShape(position))
      let padded = shape.padded(toRank: dimensions.count)
      guard operand.layout.dimensions == padded else {
        return try node.plainOperand(position).viewed(as: .plain(padded))
      }
      // Where only axes of extent 1 stand elsewhere, no element does.
      let isPlain = padded == dimensions && LayoutWalk(operand.layout)?.loops == rows
      return isPlain ? operand.viewed(as: try .plain(dimensions, operand.layout.elementType)) : operand
    }
    let layout = try given ?? layout(of: operands, plain, node)
    let walk = LayoutWalk(layout)!
    var placements: [Placement] = []
    var walks: [(extents: [Int], strides: [Int])?] = []
    for operand in operands {
      guard operand.layout.dimensions != dimensions else {
        placements.append(
          try node.plan.reordered(operand, to: layout.converted(to: operand.layout.elementType) ?? layout))
        walks.append(nil)
        continue
      }
      var repeated = operand
      var blocking = repeated.layout.blocking
      if blocking?.blocks.isEmpty != true {
        repeated = try node.plan.plain(operand, shape: operand.layout.dimensions)
        blocking = repeated.layout.blocking
      }
      placements.append(repeated)
      walks.append(
        walk.walk(strides: zip(repeated.layout.dimensions, blocking!.strides).map { $0 == 1 ? 0 : $1 }))
    }
    return BoundProgram(
      kernel: VectorKernel(
        self, walks: walks, types: placements.map(\.layout.elementType), resultType: layout.elementType),
      operands: placements, layout: layout, walk: walk,
      isWhole: walks.map { $0 == nil })
  }
}
