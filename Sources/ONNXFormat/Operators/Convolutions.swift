import SaliencyCore

extension OperatorTable {
  static let convolutions: [OperatorDefinition] = [
    .init("Conv", operands: 2...3, trace: .convolution(kernel: 1)) { node throws(ImportFailure) in
      [
        .computed(
          try convolution(node, node.value(0), node.value(1), bias: node.has(2) ? node.value(2) : nil))
      ]
    },
    .init("ConvTranspose", operands: 2...3) { node throws(ImportFailure) in
      let input = try node.value(0)
      let kernel = try node.value(1)
      try requireSpatial(input.shape, kernel.shape)
      let operation = try transposed(node, input: input.shape, kernel: kernel.shape)
      let result = node.builder.append(operation, [input, kernel])
      guard node.has(2) else { return [.computed(result)] }
      let bias = try node.value(2)
      return [
        .computed(
          result
            + bias.reshaped(to: [bias.shape.elementCount] + [Int](repeating: 1, count: input.shape.count - 2))
        )
      ]
    },
  ]

  /// A convolution with the node's attributes.
  static func convolution(
    _ node: NodeImport, _ input: Value, _ kernel: Value, bias: Value?
  ) throws(ImportFailure) -> Value {
    try requireSpatial(input.shape, kernel.shape)
    let window = try WindowAttributes(
      node, kernel: try node.integers("kernel_shape") ?? Array(kernel.shape[2...]),
      extents: Array(input.shape[2...]))
    guard window.kernel == Array(kernel.shape[2...]) else {
      throw .invalid("kernel_shape \(window.kernel.text) is not that of the weights, \(kernel.shape.text)")
    }
    let operation = Convolution(geometry: window.geometry, groups: try node.integer("group", default: 1))
    return node.builder.append(operation, [input, kernel] + (bias.map { [$0] } ?? []))
  }

  private static func requireSpatial(_ input: Shape, _ kernel: Shape) throws(ImportFailure) {
    guard (3...5).contains(input.count), kernel.count == input.count else {
      throw ImportFailure(
        .shapeMismatch,
        "an input of \(input.text) and weights of \(kernel.text) do not make a convolution over 1 to 3 axes")
    }
  }

  private static func transposed(
    _ node: NodeImport, input: Shape, kernel: Shape
  ) throws(ImportFailure) -> TransposedConvolution {
    let rank = input.count - 2
    let ones = [Int](repeating: 1, count: rank)
    let strides = try node.integers("strides") ?? ones
    let dilations = try node.integers("dilations") ?? ones
    var pads = try node.integers("pads") ?? [Int](repeating: 0, count: 2 * rank)
    var extra = try node.integers("output_padding") ?? [Int](repeating: 0, count: rank)
    let limit = 0...(1 << 20)
    guard strides.count == rank, dilations.count == rank, pads.count == 2 * rank, extra.count == rank,
      (strides + dilations + pads + extra).allSatisfy({ limit.contains($0) })
    else { throw .invalid("strides, dilations, pads and output_padding have to be given for \(rank) axes") }
    let mode = try node.text("auto_pad") ?? "NOTSET"
    guard ["NOTSET", "", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(mode) else {
      throw .invalid("auto_pad '\(mode)' does not exist")
    }
    if mode == "VALID" { pads = pads.map { _ in 0 } }
    var requested = try node.integers("output_shape")
    if requested == nil, mode.hasPrefix("SAME") {
      requested = (0..<rank).map { input[2 + $0].multipliedReportingOverflow(by: strides[$0]).partialValue }
    }
    if let requested {
      // The batch and the channels may stand in front.
      guard requested.count >= rank, requested.allSatisfy({ limit.contains($0) }) else {
        throw .invalid("an output_shape of \(requested) does not fit \(rank) axes")
      }
      for (axis, extent) in requested.suffix(rank).enumerated() {
        let span = (kernel[2 + axis] - 1) * dilations[axis] + 1
        let total = strides[axis] * (input[2 + axis] - 1) + extra[axis] + span - extent
        if total < 0 {
          // What is missing is added at the end, as output padding is.
          (extra[axis], pads[axis], pads[rank + axis]) = (extra[axis] - total, 0, 0)
          continue
        }
        pads[axis] = mode == "SAME_UPPER" ? total / 2 : total - total / 2
        pads[rank + axis] = total - pads[axis]
      }
    }
    // Shape inference has checked the input's extents, so that these products stay far below 2^63.
    let extents = (0..<rank).map { axis -> Int in
      let span = (kernel[2 + axis] - 1) * dilations[axis] + 1
      return strides[axis] * (input[2 + axis] - 1) + extra[axis] + span - pads[axis] - pads[rank + axis]
    }
    guard extents.allSatisfy({ $0 >= 1 }) else { throw .invalid("the result would be empty") }
    return TransposedConvolution(
      geometry: WindowGeometry(
        strides: strides, dilations: dilations, paddingBefore: Array(pads[..<rank]),
        paddingAfter: Array(pads[rank...])),
      groups: try node.integer("group", default: 1), extents: extents)
  }
}
