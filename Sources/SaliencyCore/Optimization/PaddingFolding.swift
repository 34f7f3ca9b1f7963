/// Padding with zeros that stands before a convolution, moved into the convolution, and the same in its gradient.
enum PaddingFolding {
  /// Convolution(Padding(x)) becomes a convolution with more padding.
  static let intoConvolution: GraphRewriter.Rule = { candidate in
    guard let convolution = candidate.operation as? Convolution,
      let padding = candidate.operands[0].node.operation as? Padding, padding.value == 0,
      (padding.before + padding.after).allSatisfy({ $0 >= 0 }),
      padding.before.prefix(2) == [0, 0], padding.after.prefix(2) == [0, 0]
    else { return nil }
    let builder = candidate.operands[0].builder
    var geometry = convolution.geometry
    geometry.paddingBefore = zip(geometry.paddingBefore, padding.before.dropFirst(2)).map { $0 + $1 }
    geometry.paddingAfter = zip(geometry.paddingAfter, padding.after.dropFirst(2)).map { $0 + $1 }
    guard geometry.padsLess(than: candidate.operands[1].shape) else { return nil }
    let source = builder.value(at: candidate.operands[0].node.operands[0])
    return builder.append(
      Convolution(geometry: geometry, groups: convolution.groups), [source] + candidate.operands.dropFirst(),
      name: candidate.name)
  }

  /// A slice of a transposed convolution that cuts spatial margins off becomes one with more padding.
  static let intoGradient: GraphRewriter.Rule = { candidate in
    guard let slice = candidate.operation as? Slice, slice.steps.allSatisfy({ $0 == 1 }),
      candidate.operandUses[0] == 1,
      let convolution = candidate.operands[0].node.operation as? TransposedConvolution
    else { return nil }
    let whole = candidate.operands[0].shape
    guard slice.starts.prefix(2) == [0, 0], slice.counts.prefix(2) == whole.prefix(2) else { return nil }
    let builder = candidate.operands[0].builder
    var geometry = convolution.geometry
    for axis in convolution.extents.indices {
      let start = slice.starts[axis + 2]
      geometry.paddingBefore[axis] += start
      geometry.paddingAfter[axis] += whole[axis + 2] - start - slice.counts[axis + 2]
    }
    let operands = candidate.operands[0].node.operands.map(builder.value(at:))
    guard geometry.padsLess(than: operands[1].shape) else { return nil }
    return builder.append(
      TransposedConvolution(
        geometry: geometry, groups: convolution.groups, extents: Array(slice.counts.dropFirst(2))),
      operands, name: candidate.name)
  }
}

extension WindowGeometry {
  /// Whether no window lies in the padding alone, for which convolutions have fast implementations.
  fileprivate func padsLess(than kernel: Shape) -> Bool {
    strides.indices.allSatisfy { axis in
      let span = (kernel[axis + 2] - 1) * dilations[axis] + 1
      return paddingBefore[axis] < span && paddingAfter[axis] < span
    }
  }
}
