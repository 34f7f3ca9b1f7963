/// Scales and shifts by channel, as batch normalization leaves them, moved into the kernels of convolutions.
///
/// Forward, (W ∗ x + b) · c + d becomes (c · W) ∗ x + (c · b + d); backward, Wᵀ ∗ (g · c) becomes (c · W)ᵀ ∗ g. Both
/// make the same kernel, which is a constant and is worked out once.
enum ScaleFolding {
  static let intoConvolution: GraphRewriter.Rule = { candidate in
    guard candidate.operation is Multiplication || candidate.operation is Addition else { return nil }
    for (position, other) in [(0, 1), (1, 0)] {
      let convolution = candidate.operands[position].node
      guard candidate.operandUses[position] == 1, let operation = convolution.operation as? Convolution,
        let vector = channelVector(candidate.operands[other], shape: convolution.shape)
      else { continue }
      let builder = candidate.operands[position].builder
      let input = builder.value(at: convolution.operands[0])
      var kernel = builder.value(at: convolution.operands[1])
      guard kernel.isConstant else { continue }
      var bias = convolution.operands.count == 3 ? builder.value(at: convolution.operands[2]) : nil
      if let bias, !bias.isConstant { continue }
      if candidate.operation is Multiplication {
        kernel = scaled(kernel, by: vector)
        bias = bias.map { $0 * vector }
      } else {
        bias = bias.map { $0 + vector } ?? vector
      }
      return builder.append(operation, [input, kernel] + (bias.map { [$0] } ?? []), name: candidate.name)
    }
    return nil
  }

  static let intoGradient: GraphRewriter.Rule = { candidate in
    guard let operation = candidate.operation as? TransposedConvolution, candidate.operandUses[0] == 1,
      candidate.operands[1].isConstant
    else { return nil }
    let product = candidate.operands[0].node
    guard product.operation is Multiplication else { return nil }
    let builder = candidate.operands[0].builder
    for (position, other) in [(0, 1), (1, 0)] {
      let gradient = builder.value(at: product.operands[position])
      let scale = builder.value(at: product.operands[other])
      guard gradient.shape == product.shape, let vector = channelVector(scale, shape: product.shape) else {
        continue
      }
      return builder.append(
        operation, [gradient, scaled(candidate.operands[1], by: vector)], name: candidate.name)
    }
    return nil
  }

  private static func scaled(_ kernel: Value, by vector: Value) -> Value {
    kernel * vector.reshaped(to: vector.shape + [Int](repeating: 1, count: kernel.shape.count - 1))
  }

  /// A constant with one number a channel of `shape`, as a vector.
  private static func channelVector(_ value: Value, shape: Shape) -> Value? {
    guard value.isConstant, shape.count >= 3, value.shape.count <= shape.count,
      value.shape.elementCount == shape[1]
    else { return nil }
    var expected = shape.map { _ in 1 }
    expected[1] = shape[1]
    guard value.shape.padded(toRank: shape.count) == expected else { return nil }
    return value.reshaped(to: [shape[1]])
  }
}
