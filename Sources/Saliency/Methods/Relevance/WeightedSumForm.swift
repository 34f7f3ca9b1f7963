import SaliencyCore

/// What the operands of an operation mean that is a weighted sum with constant weights.
struct WeightedSumForm {
  let kind: RelevanceComposite.Layer.Kind
  /// Which operand is summed.
  let inputPosition: Int
  /// The axis along which the input's channels lie.
  let inputAxis: Int
  /// The axis along which the output's channels lie.
  let outputAxis: Int
  /// Whether scales and shifts by channel can be merged into the weights.
  let mergesLines: Bool
  private let operation: any Operation

  /// Nil where the node is no such sum.
  init?(_ node: Node, _ builder: GraphBuilder) {
    guard node.operands.count >= 2,
      node.operands.dropFirst(2).allSatisfy({ builder.value(at: $0).isConstant })
    else { return nil }
    let isConstant = node.operands.prefix(2).map { builder.value(at: $0).isConstant }
    guard let position = isConstant.firstIndex(of: false), isConstant[1 - position] else { return nil }
    (operation, inputPosition) = (node.operation, position)
    switch node.operation {
    case is Convolution, is TransposedConvolution:
      guard position == 0 else { return nil }
      (kind, inputAxis, outputAxis, mergesLines) = (.convolution, 1, 1, true)
    case let product as MatrixProduct:
      let rank = builder.nodes[node.operands[position]].shape.count
      (kind, inputAxis, outputAxis) = (.dense, rank - 1, node.shape.count - 1)
      mergesLines = position == 0 && !product.transposesLeft
    default: return nil
    }
  }

  /// A scale of the input's channels as a factor of the weights.
  func inputScale(_ scale: Value, weights: Shape) -> Value {
    switch operation {
    case let convolution as Convolution: scale.alongSecond(of: weights, groups: convolution.groups)
    case let product as MatrixProduct where product.transposesRight: scale
    case is MatrixProduct: scale.along(0, rank: 2)
    default: scale.along(0, rank: weights.count)
    }
  }

  /// A scale of the output's channels as a factor of the weights.
  func outputScale(_ scale: Value, weights: Shape) -> Value {
    switch operation {
    case let convolution as TransposedConvolution: scale.alongSecond(of: weights, groups: convolution.groups)
    case let product as MatrixProduct where product.transposesRight: scale.along(0, rank: 2)
    case is MatrixProduct: scale
    default: scale.along(0, rank: weights.count)
    }
  }
}

extension Value {
  /// A vector along the second axis of a kernel that has a part of the channels for each group.
  fileprivate func alongSecond(of kernel: Shape, groups: Int) -> Value {
    guard !shape.isEmpty else { return self }
    return reshaped(to: [groups, 1, kernel[1]]).broadcast(to: [groups, kernel[0] / groups, kernel[1]])
      .reshaped(to: [kernel[0], kernel[1]] + [Int](repeating: 1, count: kernel.count - 2))
  }
}

extension [Node] {
  /// For each node whether it is known to have nothing below 0.
  var positivity: [Bool] {
    var result = [Bool](repeating: false, count: count)
    for (index, node) in enumerated() {
      let properties = node.operation.traits.properties
      result[index] =
        properties.contains(.nonNegative)
        || properties.contains(.keepsNonNegative) && node.operands.allSatisfy { result[$0] }
    }
    return result
  }
}
