import SaliencyCore

extension NodeImport {
  /// Operators that give the same elements in another shape or order, which the graph has operations for as well.
  static let movementFolds: [String: Fold] = [
    "Concat": { node, x throws(ImportFailure) in
      guard let first = x.first else { return nil }
      let axis = try node.axis(default: 0, of: first.shape)
      var shape = first.shape
      shape[axis] = 0
      for operand in x {
        var aligned = operand.shape
        if aligned.indices.contains(axis) { aligned[axis] = first.shape[axis] }
        guard aligned == first.shape else {
          throw ImportFailure(
            .shapeMismatch, "\(first.shape.text) and \(operand.shape.text) differ in more than axis \(axis)")
        }
        shape[axis] += operand.shape[axis]
      }
      let outer = shape[..<axis].reduce(1, *)
      var values: [Double] = []
      for block in 0..<outer {
        for operand in x {
          let count = operand.shape[axis...].reduce(1, *)
          values += operand.values[block * count..<(block + 1) * count]
        }
      }
      return [Numbers(shape: shape, values: values, type: first.type)]
    },
    "Reshape": { node, x throws(ImportFailure) in
      let requested = try node.integers(attribute: "shape", orInput: 1) ?? []
      return [
        x[0].with(
          x[0].values,
          shape: try OperatorTable.reshape(x[0].shape, requested, allowsZero: try node.flag("allowzero")))
      ]
    },
    "Flatten": { node, x throws(ImportFailure) in
      [x[0].with(x[0].values, shape: try OperatorTable.flattened(node, x[0].shape))]
    },
    "Unsqueeze": { node, x throws(ImportFailure) in
      let axes = try node.integers(attribute: "axes", orInput: 1) ?? []
      return [x[0].with(x[0].values, shape: try OperatorTable.unsqueezed(node, x[0].shape, axes))]
    },
    "Squeeze": { node, x throws(ImportFailure) in
      [x[0].with(x[0].values, shape: try OperatorTable.squeezed(node, x[0].shape))]
    },
    "Slice": { node, x throws(ImportFailure) in [x[0].sliced(try OperatorTable.slice(node, x[0].shape))] },
    "Split": { node, x throws(ImportFailure) in
      try OperatorTable.splits(node, x[0].shape).map { x[0].sliced($0) }
    },
    "Transpose": { node, x throws(ImportFailure) in
      let shape = x[0].shape
      let permutation = try node.integers("perm") ?? Array(shape.indices.reversed())
      guard permutation.sorted() == Array(shape.indices) else {
        throw .invalid("\(permutation) is no order of the axes of \(shape.text)")
      }
      return [x[0].transposed(permutation)]
    },
    "Expand": { node, x throws(ImportFailure) in
      guard let requested = x[1].integers, let shape = x[0].shape.broadcast(with: requested),
        let count = shape.checkedElementCount, requested.checkedElementCount != nil
      else {
        throw ImportFailure(.shapeMismatch, "\(x[0].shape.text) cannot be expanded to \(x[1].integers ?? [])")
      }
      guard count <= Numbers.limit(for: x[0].type) else { return nil }
      return [x[0].broadcast(to: shape)]
    },
    "Gather": { node, x throws(ImportFailure) in
      let shape = x[0].shape
      let axis = try node.axis(default: 0, of: shape)
      let indices = try node.positions(x[1], extent: shape[axis], axis: axis)
      let (outer, inner) = (shape[..<axis].reduce(1, *), shape[(axis + 1)...].reduce(1, *))
      let result = Shape(shape[..<axis]) + x[1].shape + shape[(axis + 1)...]
      guard result.checkedElementCount ?? .max <= Numbers.limit(for: x[0].type) else { return nil }
      var values: [Double] = []
      for block in 0..<outer {
        for index in indices {
          let start = (block * shape[axis] + index) * inner
          values += x[0].values[start..<start + inner]
        }
      }
      return [x[0].with(values, shape: result)]
    },
  ]

  /// Indices along an axis of `extent`, counted from the end where they are negative.
  func positions(_ indices: Numbers, extent: Int, axis: Int) throws(ImportFailure) -> [Int] {
    guard let integers = indices.integers else { throw .invalid("the indices have to be integers") }
    var positions: [Int] = []
    positions.reserveCapacity(integers.count)
    for index in integers {
      let position = index < 0 ? index &+ extent : index
      guard 0..<extent ~= position else {
        throw .invalid("index \(index) lies outside of axis \(axis) with its \(extent) elements")
      }
      positions.append(position)
    }
    return positions
  }
}
