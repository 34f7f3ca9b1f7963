// Winograd's algorithm computes 4×4 elements of a convolution with a quarter of the multiplications, and with an error of about
// 1e-5. On the way back that is the error of the gradient. On the way forward it would turn rectifiers that are near 0 on or off,
// and a gradient that jumps there would be wrong by more than 1e-3; so it is used on the way back alone.

extension WindowGeometry {
  /// Whether Winograd's algorithm is worth trying for the gradient of a convolution of inputs of the shape `source`. It
  /// transforms kernels to four times their size, which takes some tiles to pay.
  func suitsWinograd(kernel: Shape, groups: Int, source: Shape) -> Bool {
    guard groups == 1, kernel.count == 4, kernel[2...] == [3, 3], strides == [1, 1], dilations == [1, 1],
      kernel[0] >= 16, kernel[1] >= 16
    else { return false }
    return source[0] * ((source[2] + 3) / 4) * ((source[3] + 3) / 4) >= Self.leastTiles
  }

  /// From measurements of 64 to 512 channels: at 28×28 it takes half the time of the direct algorithm, at 14×14 more.
  private static let leastTiles = 40
}

extension NodeLowering {
  /// Whether a convolution stands where its gradient, or that of the next one, is computed with Winograd's algorithm, which
  /// takes channels in blocks of 16: a network's first layer, and those that get their input in blocks already.
  var meetsWinograd: Bool {
    guard plan.elementType == .single else { return false }
    let source = operandShape(0)
    if source.count == 4, source[1] < 16 { return leadsToWinograd }
    guard isWinograd(node), source[1] % 16 == 0,
      let blocked = try? Layout.blocked(source, channels: 16)
    else { return false }
    return operand(0).layout.isEqual(to: blocked)
  }

  /// Whether what reads this node next, but for what keeps layouts, is such a convolution.
  private var leadsToWinograd: Bool {
    var index = index
    for _ in 0..<Self.reach {
      let readers = plan.users(of: index).map { ($0, plan.graph.nodes[$0]) }
      if readers.contains(where: { isWinograd($0.1) }) { return true }
      guard
        let next = readers.first(where: {
          $0.1.operation is any ElementwiseOperation || $0.1.operation is MaximumPooling
        })
      else { return false }
      index = next.0
    }
    return false
  }

  private static let reach = 3

  private func isWinograd(_ node: Node) -> Bool {
    guard plan.notes.hasGradients, let convolution = node.operation as? Convolution else { return false }
    return convolution.geometry.suitsWinograd(
      kernel: plan.graph.nodes[node.operands[1]].shape, groups: convolution.groups,
      source: plan.graph.nodes[node.operands[0]].shape)
  }
}
