import SaliencyCore

extension MaximumPooling: ONNXExportable {
  func export(_ node: NodeExport) throws(ExportFault) -> String {
    try node.pooled(node.inputs[0], window).maxima
  }
}

extension MaximumPoolingGradient: ONNXExportable {
  func export(_ node: NodeExport) throws(ExportFault) -> String {
    let indices = try node.pooled(node.inputs[1], window).indices
    let shape = node.document.shape(node.extents)
    let geometry = window.geometry
    let isDisjoint = window.kernel.indices.allSatisfy {
      geometry.strides[$0] >= (window.kernel[$0] - 1) * geometry.dilations[$0] + 1
    }
    if isDisjoint, !geometry.isPadded, !geometry.isDilated {
      return node.add(
        "MaxUnpool", [node.inputs[0], indices, shape],
        ["kernel_shape": .integers(window.kernel), "strides": .integers(geometry.strides)])
    }
    let flat = node.integers([-1])
    let zeros = node.add("Reshape", [node.zeros(node.extents), flat])
    let sum = node.add(
      "ScatterElements",
      [zeros, node.add("Reshape", [indices, flat]), node.add("Reshape", [node.inputs[0], flat])],
      ["axis": 0, "reduction": "add"])
    return node.reshaped(sum, to: node.extents)
  }
}

extension MaximumPoolingSelection: ONNXExportable {
  func export(_ node: NodeExport) throws(ExportFault) -> String {
    let indices = try node.pooled(node.inputs[1], window).indices
    let flat = node.add("Reshape", [node.inputs[0], node.integers([-1])])
    return node.add("Gather", [flat, indices], ["axis": 0])
  }
}

extension AveragePooling: ONNXExportable {
  func export(_ node: NodeExport) throws(ExportFault) -> String {
    try node.check(window)
    guard !window.geometry.isDilated || node.operatorSet >= 19 else {
      throw .inexpressible("average pooling with dilations needs operator set 19")
    }
    var attributes = window.geometry.attributes(kernel: window.kernel)
    if includesPadding { attributes["count_include_pad"] = 1 }
    return node.add("AveragePool", node.inputs, attributes)
  }
}

extension AveragePoolingGradient: ONNXExportable {
  func export(_ node: NodeExport) throws(ExportFault) -> String {
    let source = node.operands[0]
    let (kernel, geometry) = (window.kernel, window.geometry)
    let size = kernel.reduce(1, *)
    let outputs = try node.fixed(source.extents[2...], "the size of an image")
    let isTiling =
      geometry.strides == kernel && !geometry.isPadded && !geometry.isDilated
      && zip(outputs, kernel).map(*) == extents
    if isTiling {
      let shares = node.add("Mul", [source.name, node.number(1 / Float(size))])
      let leading = Array(source.extents[..<2])
      let apart = outputs.flatMap { [ExportedExtent($0), ExportedExtent(1)] }
      let filled = zip(outputs, kernel).flatMap { [ExportedExtent($0), ExportedExtent($1)] }
      let repeated = node.add(
        "Expand", [node.reshaped(shares, to: leading + apart), node.document.shape(leading + filled)])
      return node.reshaped(repeated, to: node.extents)
    }
    var value = source.name
    var weight = 1 / Float(size)
    if !includesPadding, geometry.isPadded {
      let counts = window.elementCounts(input: extents, output: outputs)
      let shares = Tensor(shape: [1, 1] + outputs, values: counts.map { 1 / Float($0) })
      value = node.add("Mul", [value, node.document.constant(shares, name: node.name + "/shares")])
      weight = 1
    }
    // Each channel is an image of its own with one kernel for all.
    let planes = node.add("Reshape", [value, node.integers([-1, 1] + outputs)])
    let ones = Tensor(shape: [1, 1] + kernel, values: [Float](repeating: weight, count: size))
    let spread = try node.transposedConvolution(
      planes, [ExportedExtent(1), ExportedExtent(1)] + outputs.map { ExportedExtent($0) },
      kernel: (node.document.constant(ones, name: node.name + "/window"), ones.shape), geometry, groups: 1,
      extents: extents)
    return node.reshaped(spread, to: node.extents)
  }
}

extension NodeExport {
  /// The maxima of windows and where they stand among all elements of the input; once for each input and window.
  fileprivate func pooled(
    _ input: String, _ window: PoolingWindow
  ) throws(ExportFault) -> (maxima: String, indices: String) {
    try check(window)
    let results = document.onceAll("maxima: \(input), \(window)") {
      document.add(
        "MaxPool", [input], window.geometry.attributes(kernel: window.kernel), results: 2, name: name)
    }
    return (results[0], results[1])
  }

  /// Throws where ONNX Runtime takes no such window.
  fileprivate func check(_ window: PoolingWindow) throws(ExportFault) {
    let geometry = window.geometry
    guard
      window.kernel.indices.allSatisfy({
        max(geometry.paddingBefore[$0], geometry.paddingAfter[$0]) < window.kernel[$0]
      })
    else {
      throw .inexpressible("a pooling window of \(window.kernel.text) has to be larger than its padding")
    }
  }
}

extension WindowGeometry {
  fileprivate var isPadded: Bool { (paddingBefore + paddingAfter).contains { $0 > 0 } }
  fileprivate var isDilated: Bool { dilations.contains { $0 > 1 } }
}

extension PoolingWindow {
  /// How many elements of an input each window has, without padding.
  fileprivate func elementCounts(input: [Int], output: [Int]) -> [Int] {
    output.indices.reduce([1]) { counts, axis in
      let along = (0..<output[axis]).map { position in
        (0..<kernel[axis]).count { tap in
          let element =
            position * geometry.strides[axis] - geometry.paddingBefore[axis] + tap * geometry.dilations[axis]
          return 0..<input[axis] ~= element
        }
      }
      return counts.flatMap { count in along.map { count * $0 } }
    }
  }
}
