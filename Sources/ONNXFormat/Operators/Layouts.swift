import SaliencyCore

extension OperatorTable {
  static let layouts: [OperatorDefinition] = [
    .init(
      "Reshape", operands: 2...2, integers: .carried, trace: .reshaping,
      fold: Fold { node, x throws(ImportFailure) in
        let requested = try node.integers(attribute: "shape", orInput: 1) ?? []
        return [
          x[0].with(
            x[0].values,
            shape: try reshape(x[0].shape, requested, allowsZero: try node.flag("allowzero")))
        ]
      },
      import: { node throws(ImportFailure) in
        let input = try node.value(0)
        let requested = try node.integers(attribute: "shape", orInput: 1) ?? []
        let allowsZero = try node.flag("allowzero")
        return [.computed(input.reshaped(to: try reshape(input.shape, requested, allowsZero: allowsZero)))]
      }),
    .init(
      "Flatten", operands: 1...1, integers: .carried,
      fold: Fold { node, x throws(ImportFailure) in
        [x[0].with(x[0].values, shape: try flattened(node, x[0].shape))]
      },
      import: { node throws(ImportFailure) in
        let input = try node.value(0)
        return [.computed(input.reshaped(to: try flattened(node, input.shape)))]
      }),
    .init(
      "Squeeze", operands: 1...2, integers: .carried, trace: .reshaping,
      fold: Fold { node, x throws(ImportFailure) in
        [x[0].with(x[0].values, shape: try squeezed(node, x[0].shape))]
      },
      import: { node throws(ImportFailure) in
        let input = try node.value(0)
        return [.computed(input.reshaped(to: try squeezed(node, input.shape)))]
      }),
    .init(
      "Unsqueeze", operands: 1...2, integers: .carried, trace: .reshaping,
      fold: Fold { node, x throws(ImportFailure) in
        let axes = try node.integers(attribute: "axes", orInput: 1) ?? []
        return [x[0].with(x[0].values, shape: try unsqueezed(node, x[0].shape, axes))]
      },
      import: { node throws(ImportFailure) in
        let input = try node.value(0)
        let axes = try node.integers(attribute: "axes", orInput: 1) ?? []
        return [.computed(input.reshaped(to: try unsqueezed(node, input.shape, axes)))]
      }),
    .init(
      "Transpose", operands: 1...1, integers: .carried, trace: .transposition,
      fold: Fold { node, x throws(ImportFailure) in
        let shape = x[0].shape
        let permutation = try node.integers("perm") ?? Array(shape.indices.reversed())
        guard permutation.sorted() == Array(shape.indices) else {
          throw .invalid("\(permutation) is no order of the axes of \(shape.text)")
        }
        return [x[0].transposed(permutation)]
      },
      import: { node throws(ImportFailure) in
        let input = try node.value(0)
        let permutation = try node.integers("perm") ?? Array(input.shape.indices.reversed())
        return [.computed(input.transposed(permutation))]
      }),
    .init(
      "Expand", since: 8, operands: 2...2, integers: .carried,
      fold: Fold { node, x throws(ImportFailure) in
        guard let requested = x[1].integers, let shape = x[0].shape.broadcast(with: requested),
          let count = shape.checkedElementCount, requested.checkedElementCount != nil
        else {
          throw ImportFailure(
            .shapeMismatch, "\(x[0].shape.text) cannot be expanded to \(x[1].integers ?? [])")
        }
        guard count <= Numbers.limit(for: x[0].type) else { return nil }
        return [x[0].broadcast(to: shape)]
      },
      import: { node throws(ImportFailure) in
        let input = try node.value(0)
        let requested = try node.integers(1, "the shape")
        guard requested.checkedElementCount != nil, let shape = input.shape.broadcast(with: requested) else {
          throw ImportFailure(.shapeMismatch, "\(input.shape.text) cannot be expanded to \(requested)")
        }
        return [.computed(input.broadcast(to: shape))]
      }),
    .init("DepthToSpace", operands: 1...1, integers: .carried) { node throws(ImportFailure) in
      let input = try node.value(0)
      let shape = input.shape
      guard shape.count == 4, let block = try node.integer("blocksize"), block >= 1, block <= 1 << 15,
        shape[1] % (block * block) == 0
      else { throw .invalid("'blocksize' does not fit an input of \(shape.text)") }
      let depth = shape[1] / (block * block)
      let isColumnFirst = try node.text("mode") == "CRD"
      let split =
        isColumnFirst
        ? [shape[0], depth, block, block, shape[2], shape[3]]
        : [shape[0], block, block, depth, shape[2], shape[3]]
      let order = isColumnFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]
      return [
        .computed(
          input.reshaped(to: split).transposed(order)
            .reshaped(to: [shape[0], depth, shape[2] * block, shape[3] * block]))
      ]
    },
    .init("SpaceToDepth", operands: 1...1, integers: .carried) { node throws(ImportFailure) in
      let input = try node.value(0)
      let shape = input.shape
      guard shape.count == 4, let block = try node.integer("blocksize"), block >= 1, block <= 1 << 15,
        shape[2] % block == 0, shape[3] % block == 0
      else { throw .invalid("'blocksize' does not fit an input of \(shape.text)") }
      let (height, width) = (shape[2] / block, shape[3] / block)
      let order = try node.text("mode") == "CRD" ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4]
      return [
        .computed(
          input.reshaped(to: [shape[0], shape[1], height, block, width, block]).transposed(order)
            .reshaped(to: [shape[0], shape[1] * block * block, height, width]))
      ]
    },
  ]

  /// The shape that `Reshape` asks for: 0 copies an extent, −1 is whatever is left.
  private static func reshape(_ shape: Shape, _ requested: [Int], allowsZero: Bool) throws(ImportFailure)
    -> Shape
  {
    var result = requested
    for axis in result.indices where result[axis] == 0 && !allowsZero {
      guard shape.indices.contains(axis) else {
        throw .invalid("\(requested) copies axis \(axis), which \(shape.text) does not have")
      }
      result[axis] = shape[axis]
    }
    let open = result.indices.filter { result[$0] == -1 }
    if let axis = open.first {
      result[axis] = 1
      guard open.count == 1, let known = result.checkedElementCount, known > 0,
        shape.elementCount % known == 0
      else {
        throw ImportFailure(.shapeMismatch, "\(shape.text) cannot be reshaped to \(requested)")
      }
      result[axis] = shape.elementCount / known
    }
    guard result.checkedElementCount == shape.elementCount else {
      throw ImportFailure(
        .shapeMismatch,
        "\(shape.text) has \(shape.elementCount) elements and cannot be reshaped to \(requested)")
    }
    return result
  }

  /// The shape as a matrix, divided before an axis.
  private static func flattened(_ node: NodeImport, _ shape: Shape) throws(ImportFailure) -> Shape {
    let given = try node.integer("axis", default: 1)
    let axis = given < 0 ? given + shape.count : given
    guard 0...shape.count ~= axis else {
      throw .invalid("axis \(given) does not exist in a tensor of \(shape.text)")
    }
    return [shape[..<axis].reduce(1, *), shape[axis...].reduce(1, *)]
  }

  /// The shape without axes of extent 1.
  private static func squeezed(_ node: NodeImport, _ shape: Shape) throws(ImportFailure) -> Shape {
    let given = try node.integers(attribute: "axes", orInput: 1)
    let axes =
      try given.map { axes throws(ImportFailure) in try node.resolve(axes, in: shape) }
      ?? shape.indices.filter { shape[$0] == 1 }
    guard axes.allSatisfy({ shape[$0] == 1 }) else {
      throw .invalid("axes \(axes) of \(shape.text) are not all of extent 1")
    }
    return shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
  }

  /// The shape with axes of extent 1 inserted, counted in the result.
  private static func unsqueezed(_ node: NodeImport, _ shape: Shape, _ axes: [Int]) throws(ImportFailure)
    -> Shape
  {
    guard axes.count <= 64 else { throw .invalid("\(axes.count) axes are too many") }
    let rank = shape.count + axes.count
    let resolved = try node.resolve(axes, in: [Int](repeating: 1, count: rank))
    var rest = shape[...]
    return (0..<rank).map { resolved.contains($0) ? 1 : rest.removeFirst() }
  }
}
