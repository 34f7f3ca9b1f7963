import SaliencyCore

extension OperatorTable {
  /// Operators that carry a state from call to call.
  static let stateful: [OperatorDefinition] = [
    .init("CausalConvWithState", since: 27, operands: 2...4) { node throws(ImportFailure) in
      let (input, kernel) = (try node.value(0), try node.value(1))
      let shape = input.shape
      guard shape.count == 3, kernel.shape.count == 3, kernel.shape[0] == shape[1], kernel.shape[2] >= 1
      else {
        throw ImportFailure(.shapeMismatch, "a kernel of \(kernel.shape.text) does not fit \(shape.text)")
      }
      let length = kernel.shape[2] - 1
      let padded =
        node.has(3)
        ? node.builder.append(Concatenation(axis: 2), [try node.value(3), input])
        : input.applying(Padding(before: [0, 0, length], after: [0, 0, 0]))
      let convolution = Convolution(
        geometry: WindowGeometry(strides: [1], dilations: [1], paddingBefore: [0], paddingAfter: [0]),
        groups: shape[1])
      var result = node.builder.append(
        convolution, [padded, kernel] + (node.has(2) ? [try node.value(2)] : []))
      switch try node.text("activation") ?? "none" {
      case "none": break
      case "silu", "swish": result = result.siLU()
      case let name: throw .invalid("activation '\(name)' does not exist")
      }
      let state = padded.sliced(axis: 2, from: padded.shape[2] - length, count: length)
      return [.computed(result), .computed(state)]
    },
    .init("TensorScatter", since: 24, operands: 2...3, integers: .carried) { node throws(ImportFailure) in
      let (cache, update) = (try node.value(0), try node.value(1))
      let shape = cache.shape
      let axis = try node.axis(default: -2, of: shape)
      var aligned = update.shape
      if aligned.indices.contains(axis) { aligned[axis] = shape[axis] }
      guard axis > 0, aligned == shape, update.shape[axis] <= shape[axis] else {
        throw ImportFailure(.shapeMismatch, "an update of \(update.shape.text) does not fit \(shape.text)")
      }
      let starts =
        node.has(2) ? try node.integers(2, "the write indices") : [Int](repeating: 0, count: shape[0])
      let isCircular = try node.text("mode") == "circular"
      let (extent, inner, middle) = (
        shape[axis], shape[(axis + 1)...].reduce(1, *), shape[1..<axis].reduce(1, *)
      )
      guard starts.count == shape[0], starts.allSatisfy({ 0..<extent ~= $0 }),
        isCircular || starts.allSatisfy({ $0 + update.shape[axis] <= extent })
      else { throw .invalid("the write indices \(starts) do not fit \(extent) positions") }
      let rows = shape[0] * middle
      // For each row of the result where it stands in the cache, or after it in the update.
      var sources: [Int32] = (0..<rows * extent).map(Int32.init)
      for row in 0..<rows {
        for step in 0..<update.shape[axis] {
          let position = (starts[row / middle] + step) % extent
          sources[row * extent + position] = Int32(rows * extent + row * update.shape[axis] + step)
        }
      }
      let all = node.builder.append(
        Concatenation(axis: 1),
        [
          cache.reshaped(to: [1, rows * extent, inner]),
          update.reshaped(to: [1, rows * update.shape[axis], inner]),
        ])
      return [.computed(all.applying(Gather(indices: sources)).reshaped(to: shape))]
    },
  ]
}
