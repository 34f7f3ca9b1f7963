import SaliencyCore

extension Convolution: ONNXExportable {
  func export(_ node: NodeExport) throws(ExportFault) -> String {
    let kernel = try node.fixed(node.operands[1].extents, "a kernel")
    return node.add("Conv", node.inputs, geometry.attributes(kernel: Array(kernel[2...]), groups: groups))
  }
}

extension TransposedConvolution: ONNXExportable {
  func export(_ node: NodeExport) throws(ExportFault) -> String {
    let kernel = try node.fixed(node.operands[1].extents, "a kernel")
    let source = node.operands[0]
    let outputs = try node.fixed(source.extents[2...], "the size of an image")
    if node.document.prefersSpeed, let window = mirroredWindow(outputs: outputs, kernel: kernel) {
      let mirrored = node.mirrored(node.inputs[1], kernel, groups: groups)
      return node.add(
        "Conv", [source.name, mirrored], window.attributes(kernel: Array(kernel[2...]), groups: groups))
    }
    return try node.transposedConvolution(
      source.name, source.extents, kernel: (node.inputs[1], kernel), geometry, groups: groups,
      extents: extents)
  }

  /// The window of a convolution with the mirrored kernel that does the same; nil where strides would have zeros inserted or
  /// elements cut off before it, which costs more than the faster code of convolutions gains.
  private func mirroredWindow(outputs: [Int], kernel: [Int]) -> WindowGeometry? {
    guard geometry.strides.allSatisfy({ $0 == 1 }) else { return nil }
    var window = geometry
    for axis in extents.indices {
      let reach = (kernel[2 + axis] - 1) * geometry.dilations[axis]
      window.paddingBefore[axis] = reach - geometry.paddingBefore[axis]
      window.paddingAfter[axis] = extents[axis] + reach - window.paddingBefore[axis] - outputs[axis]
      guard window.paddingBefore[axis] >= 0, window.paddingAfter[axis] >= 0 else { return nil }
    }
    return window
  }
}

extension NodeExport {
  /// The adjoint of a convolution of an input of the spatial `extents`.
  func transposedConvolution(
    _ value: String, _ shape: [ExportedExtent], kernel: (name: String, shape: [Int]),
    _ geometry: WindowGeometry, groups: Int, extents: [Int]
  ) throws(ExportFault) -> String {
    let outputs = try fixed(shape[2...], "the size of an image")
    var geometry = geometry
    var missing = extents.map { _ in 0 }
    for axis in extents.indices {
      // What the windows reach; elements that no window reaches are added behind, or cut off less.
      let reach =
        (outputs[axis] - 1) * geometry.strides[axis] + 1
        + (kernel.shape[2 + axis] - 1) * geometry.dilations[axis]
      let after = reach - geometry.paddingBefore[axis] - extents[axis]
      geometry.paddingAfter[axis] = max(after, 0)
      missing[axis] = max(-after, 0)
    }
    var attributes = geometry.attributes(kernel: Array(kernel.shape[2...]), groups: groups)
    if missing.contains(where: { $0 > 0 }) { attributes["output_padding"] = .integers(missing) }
    return add("ConvTranspose", [value, kernel.name], attributes)
  }

  /// A kernel whose outputs and channels have changed places, in reverse order along the spatial axes: by
  /// operators on a constant, which are worked out once when the model is loaded.
  fileprivate func mirrored(_ kernel: String, _ shape: [Int], groups: Int) -> String {
    let key = "mirrored kernel: \(kernel) in \(groups)"
    return document.once(key) {
      var result = kernel
      let spatial = Array(shape[2...])
      let (outputs, channels) = (shape[0] / groups, shape[1])
      if outputs > 1 || channels > 1 {
        let axes = Array(3..<3 + spatial.count)
        if groups == 1 {
          result = add("Transpose", [result], ["perm": .integers([1, 0] + axes.map { $0 - 1 })])
        } else {
          result = add("Reshape", [result, integers([groups, outputs, channels] + spatial)])
          result = add("Transpose", [result], ["perm": .integers([0, 2, 1] + axes)])
          result = add("Reshape", [result, integers([groups * channels, outputs] + spatial)])
        }
      }
      let wide = spatial.indices.filter { spatial[$0] > 1 }.map { $0 + 2 }
      return wide.isEmpty ? result : reversed(result, along: wide)
    }
  }
}

extension WindowGeometry {
  /// The attributes of a window; those of a pooling where `groups` is nil.
  func attributes(kernel: [Int], groups: Int? = nil) -> [String: ONNXAttribute] {
    var attributes: [String: ONNXAttribute] = [
      "kernel_shape": .integers(kernel), "strides": .integers(strides),
      "pads": .integers(paddingBefore + paddingAfter),
    ]
    if groups != nil || dilations.contains(where: { $0 != 1 }) {
      attributes["dilations"] = .integers(dilations)
    }
    if let groups { attributes["group"] = .integer(groups) }
    return attributes
  }
}
