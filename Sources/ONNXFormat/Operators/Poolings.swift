import SaliencyCore

extension OperatorTable {
  static let poolings: [OperatorDefinition] = [
    .init("MaxPool", operands: 1...1, integers: .carried, trace: .pooling) { node throws(ImportFailure) in
      let input = try node.value(0)
      let window = try window(node, input.shape)
      let result = input.applying(MaximumPooling(window))
      guard node.resultCount > 1 else { return [.computed(result)] }
      // The places of the maxima are what stands there in a tensor of places.
      guard input.shape.elementCount <= 1 << 24 else {
        throw .unsupported(
          "places in an input of \(input.shape.text) are not supported; the limit is 2^24 elements")
      }
      var places = (0..<input.shape.elementCount).map { Float($0) }
      if try node.flag("storage_order") {
        let extents = Array(input.shape[2...])
        let size = extents.reduce(1, *)
        for place in places.indices {
          var (remaining, column) = (place % size, place / size * size)
          for axis in extents.indices.reversed() {
            column += remaining % extents[axis] * extents[..<axis].reduce(1, *)
            remaining /= extents[axis]
          }
          places[place] = Float(column)
        }
      }
      let numbered = node.builder.constant(Tensor(shape: input.shape, values: places))
      return [
        .computed(result), .computed(numbered.applying(MaximumPoolingSelection(window), input), .int64),
      ]
    },
    .init("MaxUnpool", since: 9, operands: 2...3, integers: .carried) { node throws(ImportFailure) in
      let input = try node.value(0)
      guard (3...5).contains(input.shape.count), let kernel = try node.integers("kernel_shape"),
        try node.input(1).shape == input.shape, kernel.count == input.shape.count - 2
      else { throw .invalid("an input of \(input.shape.text) and its indices cannot be unpooled") }
      let rank = kernel.count
      let strides = try node.integers("strides") ?? [Int](repeating: 1, count: rank)
      let pads = try node.integers("pads") ?? [Int](repeating: 0, count: 2 * rank)
      guard strides.count == rank, pads.count == 2 * rank,
        (kernel + strides + pads).allSatisfy({ 0...(1 << 20) ~= $0 })
      else { throw .invalid("strides and pads have to be given for \(rank) axes") }
      let inferred =
        Array(input.shape[..<2])
        + (0..<rank).map {
          strides[$0] * (input.shape[2 + $0] - 1) + kernel[$0] - pads[$0] - pads[rank + $0]
        }
      let shape = node.has(2) ? try node.integers(2, "the output's shape") : inferred
      guard shape.count == input.shape.count, let count = shape.checkedElementCount, count <= 1 << 24,
        inferred.allSatisfy({ $0 >= 1 })
      else { throw .invalid("an output of \(shape) is not possible") }
      // Places count in the inferred shape, which the output may exceed.
      let flat = [input.shape.elementCount]
      let places = try node.value(1).reshaped(to: flat)
      guard let size = inferred.checkedElementCount, size <= 1 << 24 else {
        throw .invalid("it is too large")
      }
      let result = input.reshaped(to: flat).applying(AxisScatterAddition(axis: 0, extent: size), places)
        .reshaped(to: inferred)
      if shape == inferred { return [.computed(result)] }
      let after = zip(shape, inferred).map { $0 - $1 }
      return [.computed(result.applying(Padding(before: shape.map { _ in 0 }, after: after)))]
    },
    .init("LpPool", operands: 1...1) { node throws(ImportFailure) in
      let input = try node.value(0)
      let window = try window(node, input.shape)
      let p = Float(try node.integer("p", default: 2))
      guard p >= 1 else { throw .invalid("p has to be at least 1, not \(p)") }
      // The mean with padding counted is a sum over all taps of the window.
      let mean = input.magnitude().power(p).applying(AveragePooling(window, includesPadding: true))
      return [.computed((mean * Float(window.kernel.reduce(1, *))).power(1 / p))]
    },
    .init("GlobalLpPool", operands: 1...1) { node throws(ImportFailure) in
      let input = try spatialInput(node)
      let p = Float(try node.integer("p", default: 2))
      guard p >= 1 else { throw .invalid("p has to be at least 1, not \(p)") }
      return [.computed(input.magnitude().power(p).sum(Array(2..<input.shape.count)).power(1 / p))]
    },
    .init("AveragePool", operands: 1...1, trace: .pooling) { node throws(ImportFailure) in
      var input = try node.value(0)
      var window = try window(node, input.shape)
      let includesPadding = try node.flag("count_include_pad")
      guard includesPadding, try node.flag("ceil_mode") else {
        return [.computed(input.applying(AveragePooling(window, includesPadding: includesPadding)))]
      }
      // What rounding up adds behind the padding does not count: the padding is made explicit, the rest excluded.
      let exact = try WindowAttributes(node, kernel: window.kernel, extents: Array(input.shape[2...]))
        .geometry
      input = input.applying(
        Padding(before: [0, 0] + exact.paddingBefore, after: [0, 0] + exact.paddingAfter))
      var geometry = window.geometry
      geometry.paddingAfter = zip(geometry.paddingAfter, exact.paddingAfter).map { $0 - $1 }
      geometry.paddingBefore = geometry.paddingBefore.map { _ in 0 }
      window = PoolingWindow(kernel: window.kernel, geometry: geometry)
      return [.computed(input.applying(AveragePooling(window, includesPadding: false)))]
    },
    .init("GlobalAveragePool", operands: 1...1) { node throws(ImportFailure) in
      let input = try spatialInput(node)
      return [.computed(input.mean(Array(2..<input.shape.count)))]
    },
    .init("GlobalMaxPool", operands: 1...1) { node throws(ImportFailure) in
      let input = try spatialInput(node)
      let extents = Array(input.shape[2...])
      let zeros = extents.map { _ in 0 }
      let ones = extents.map { _ in 1 }
      let geometry = WindowGeometry(strides: ones, dilations: ones, paddingBefore: zeros, paddingAfter: zeros)
      return [.computed(input.applying(MaximumPooling(PoolingWindow(kernel: extents, geometry: geometry))))]
    },
  ]

  private static func spatialInput(_ node: NodeImport) throws(ImportFailure) -> Value {
    let input = try node.value(0)
    guard (3...5).contains(input.shape.count) else {
      throw ImportFailure(.shapeMismatch, "an input of \(input.shape.text) has no 1 to 3 spatial axes")
    }
    return input
  }

  private static func window(_ node: NodeImport, _ input: Shape) throws(ImportFailure) -> PoolingWindow {
    guard (3...5).contains(input.count) else {
      throw ImportFailure(.shapeMismatch, "an input of \(input.text) has no 1 to 3 spatial axes")
    }
    guard let kernel = try node.integers("kernel_shape") else {
      throw .invalid("attribute 'kernel_shape' is missing")
    }
    let window = try WindowAttributes(
      node, kernel: kernel, extents: Array(input[2...]),
      roundsUp: try node.flag("ceil_mode"))
    return PoolingWindow(kernel: window.kernel, geometry: window.geometry)
  }
}
