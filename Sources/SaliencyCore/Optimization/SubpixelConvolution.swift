/// The gradient of a network's first layer as a convolution (Shi et al., "Is the deconvolution layer the same as a convolutional
/// layer?", 2016).
///
/// An image has three channels, and primitives for the way back compute sixteen at once: of the time of such a gradient a fifth is
/// useful. But with strides s the results of each residue modulo s are an ordinary convolution of every s-th tap of the mirrored
/// kernel. All s² residues together are one convolution with s² as many channels, which are then put between one another.
enum SubpixelConvolution {
  /// The same results, with transposed convolutions of few channels as convolutions where that is less work.
  static func rewrite(_ graph: Graph) throws(GraphError) -> Graph {
    let pays = graph.nodes.contains { node in
      (node.operation as? TransposedConvolution).map {
        Form($0, kernel: graph.nodes[node.operands[1]].shape, source: graph.nodes[node.operands[0]].shape)
          != nil
      } ?? false
    }
    return pays ? try GraphRewriter.rewrite(graph, rules: [rule]) : graph
  }

  static let rule: GraphRewriter.Rule = { candidate in
    guard let transposed = candidate.operation as? TransposedConvolution,
      let form = Form(transposed, kernel: candidate.operands[1].shape, source: candidate.operands[0].shape)
    else { return nil }
    return form.result(of: candidate.operands[0], candidate.operands[1])
  }

  /// The convolution that stands for a transposed one.
  private struct Form {
    let strides: [Int]
    /// The taps of each residue along each axis.
    let taps: [Int]
    let padding: (before: [Int], after: [Int])
    /// Where the result starts among the channels that were put between one another.
    let starts: [Int]
    let extents: [Int]

    /// Nil where the transposed convolution is better left as it is.
    init?(_ convolution: TransposedConvolution, kernel: Shape, source: Shape) {
      let geometry = convolution.geometry
      let axes = convolution.extents.indices
      let (channels, window) = (kernel[1], kernel[2...])
      (strides, extents) = (geometry.strides, convolution.extents)
      guard convolution.groups == 1, channels < Self.blockSize,
        geometry.dilations.allSatisfy({ $0 == 1 }), extents.allSatisfy({ $0 > 0 }),
        zip(strides, window).allSatisfy({ $0 <= $1 })
      else { return nil }
      taps = zip(window, strides).map { ($0 + $1 - 1) / $1 }
      func padded(_ channels: Int) -> Int {
        (channels + Self.blockSize - 1) / Self.blockSize * Self.blockSize
      }
      guard
        padded(channels * strides.elementCount) * taps.elementCount
          <= padded(channels) * Array(window).elementCount
      else { return nil }
      // The result at i comes from i + padding = s q + r: residue r at q.
      let first = axes.map { geometry.paddingBefore[$0] / geometry.strides[$0] }
      let last = axes.map {
        (geometry.paddingBefore[$0] + convolution.extents[$0] - 1) / geometry.strides[$0]
      }
      starts = axes.map { geometry.paddingBefore[$0] % geometry.strides[$0] }
      let before = zip(taps, first).map { $0 - 1 - $1 }
      let after = zip(last, source[2...]).map { $0 - ($1 - 1) }
      padding = (before, after)
      guard (Array(zip(before, taps)) + Array(zip(after, taps))).allSatisfy({ 0..<$1 ~= $0 }) else {
        return nil
      }
    }

    private static let blockSize = 16

    func result(of source: Value, _ kernel: Value) -> Value {
      let rank = strides.count
      let geometry = WindowGeometry(
        strides: strides.map { _ in 1 }, dilations: strides.map { _ in 1 }, paddingBefore: padding.before,
        paddingAfter: padding.after)
      let residues = source.applying(Convolution(geometry: geometry), subkernels(of: kernel))
      let counts = Array(residues.shape[2...])
      // [batch, channels, residues…, counts…] with each axis beside its residues.
      let interleaved = residues.reshaped(to: [source.shape[0], kernel.shape[1]] + strides + counts)
        .transposed([0, 1] + (0..<rank).flatMap { [2 + rank + $0, 2 + $0] })
        .reshaped(to: [source.shape[0], kernel.shape[1]] + zip(counts, strides).map { $0 * $1 })
      return interleaved.applying(
        Slice(
          starts: [0, 0] + starts, counts: [source.shape[0], kernel.shape[1]] + extents,
          steps: extents.map { _ in 1 } + [1, 1]))
    }

    /// The kernel's taps of each residue, the last first: [channels × residues, outputs, taps…].
    private func subkernels(of kernel: Value) -> Value {
      let rank = strides.count
      let missing = strides.indices.map { taps[$0] * strides[$0] - kernel.shape[$0 + 2] }
      let whole = kernel.applying(
        Padding(before: [0, 0] + missing.map { _ in 0 }, after: [0, 0] + missing))
      let split = whole.reshaped(
        to: kernel.shape[..<2] + strides.indices.flatMap { [taps[$0], strides[$0]] })
      let mirrored = split.applying(
        Slice(
          starts: [0, 0] + taps.flatMap { [$0 - 1, 0] }, counts: split.shape,
          steps: [1, 1] + taps.flatMap { _ in [-1, 1] }))
      let order = [1] + (0..<rank).map { 3 + 2 * $0 } + [0] + (0..<rank).map { 2 + 2 * $0 }
      return mirrored.transposed(order).reshaped(
        to: [kernel.shape[1] * strides.elementCount, kernel.shape[0]] + taps)
    }
  }
}
