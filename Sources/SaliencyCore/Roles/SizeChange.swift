/// A product with weights that changes the number of cells along an axis of places, as resizing does.
struct SizeChange {
  /// The position of the operand that is no weight.
  let operand: Int
  /// The operand's axis that changes.
  let axis: Int
  /// The same axis of the result.
  let result: Int
  /// The weights, where they are known.
  private let weights: Tensor?
  /// Whether a row of the weights makes a cell of the result.
  private let isRowwise: Bool
  private let extent: Int
  private let count: Int

  /// What a node is if it changes the number of cells along an axis; nil for everything but products with weights.
  ///
  /// Whether it is one, ``keepsPlaces`` tells, or what is known of the axes.
  init?(_ index: Int, in graph: Graph, isConstant: [Bool]) {
    let node = graph.nodes[index]
    guard let product = node.operation as? MatrixProduct,
      isConstant[node.operands[0]] != isConstant[node.operands[1]]
    else { return nil }
    operand = isConstant[node.operands[0]] ? 1 : 0
    let shape = graph.nodes[node.operands[operand]].shape
    let isInnerLast = operand == 0 ? !product.transposesLeft : product.transposesRight
    axis = shape.count - (isInnerLast ? 1 : 2)
    result = node.shape.count - (operand == 0 ? 1 : 2)
    weights = (graph.nodes[node.operands[1 - operand]].operation as? Constant)?.tensor
    isRowwise = operand == 0 ? product.transposesRight : !product.transposesLeft
    (extent, count) = (shape[axis], node.shape[result])
  }

  /// Whether each cell of the result is made of those cells of the operand that lie where it does.
  var keepsPlaces: Bool {
    guard let weights, weights.shape.count(where: { $0 > 1 }) <= 2 else { return false }
    guard weights.shape.elementCount == extent * count else { return false }
    return weights.withUnsafeBytes { bytes in
      (0..<count).allSatisfy { cell in
        (0..<extent).allSatisfy { source in
          let index = isRowwise ? cell * extent + source : source * count + cell
          return bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Float>.stride, as: Float.self) == 0
            || Self.isNear(source, to: cell, of: count, in: extent)
        }
      }
    }
  }

  /// Whether each cell of the result is a mean of those cells of the operand that lie where it does, as of pooling and resizing; weights that were trained
  /// are none.
  var isAveraging: Bool {
    guard let weights, extent > 1, keepsPlaces else { return false }
    return weights.withUnsafeBytes { bytes in
      (0..<count).allSatisfy { cell in
        let sum = (0..<extent).reduce(0.0) { sum, source in
          let index = isRowwise ? cell * extent + source : source * count + cell
          let weight = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Float>.stride, as: Float.self)
          return sum + Double(weight)
        }
        return abs(sum - 1) < 1e-4
      }
    }
  }

  /// Whether an element is about where one of another number of them lies.
  static func isNear(_ source: Int, to target: Int, of count: Int, in extent: Int) -> Bool {
    let position = (Double(target) + 0.5) * Double(extent) / Double(count)
    return source >= 0 && abs(Double(source) + 0.5 - position) <= max(0.15 * Double(extent), 2)
  }
}
