import OneDNN
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
    guard node.document.prefersConvolutions else {
      return try node.transposedConvolution(
        source.name, source.extents, kernel: (node.inputs[1], kernel), geometry, groups: groups,
        extents: extents)
    }
    return try node.mirroredConvolution(
      source, kernel: (node.inputs[1], kernel), geometry, groups: groups, extents: extents)
  }
}

extension NodeExport {
  /// The adjoint of a convolution of an input of the spatial `extents`.
  func transposedConvolution(
    _ value: String, _ shape: [ExportedExtent], kernel: (name: String, shape: [Int]),
    _ geometry: WindowGeometry, groups: Int, extents: [Int]
  ) throws(ExportFault) -> String {
    let outputs = try fixed(shape[2...], "the size of a picture")
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

  /// The same by a convolution with the mirrored kernel, for which programs have faster code. The kernel is mirrored by
  /// operators on a constant, which are worked out once when the model is loaded.
  fileprivate func mirroredConvolution(
    _ source: Operand, kernel: (name: String, shape: [Int]), _ geometry: WindowGeometry, groups: Int,
    extents: [Int]
  ) throws(ExportFault) -> String {
    let spatial = Array(kernel.shape[2...])
    let mirrored = mirrored(kernel.name, kernel.shape, groups: groups)
    let outputs = try fixed(source.extents[2...], "the size of a picture")
    let rank = extents.count
    let unit = WindowGeometry(
      strides: extents.map { _ in 1 }, dilations: geometry.dilations,
      paddingBefore: extents.map { _ in 0 }, paddingAfter: extents.map { _ in 0 })
    let batch = source.extents[0]
    if spatial.allSatisfy({ $0 == 1 }) {
      // Zeros between the elements come last, as they stay zeros.
      let convolved = add("Conv", [source.name, mirrored], unit.attributes(kernel: spatial, groups: groups))
      let channels = ExportedExtent(kernel.shape[1] * groups)
      return try spread(
        convolved, [batch, channels] + source.extents[2...], steps: [1, 1] + geometry.strides,
        before: [0, 0] + geometry.paddingBefore.map { -$0 },
        total: [batch, channels] + extents.map { ExportedExtent($0) })
    }
    let reach = (0..<rank).map { (spatial[$0] - 1) * geometry.dilations[$0] }
    let spreadExtents = (0..<rank).map { (outputs[$0] - 1) * geometry.strides[$0] + 1 }
    let before = (0..<rank).map { reach[$0] - geometry.paddingBefore[$0] }
    let after = (0..<rank).map { extents[$0] + reach[$0] - spreadExtents[$0] - before[$0] }
    var padded = unit
    padded.paddingBefore = before.map { max($0, 0) }
    padded.paddingAfter = after.map { max($0, 0) }
    let value = try spread(
      source.name, source.extents, steps: [1, 1] + geometry.strides,
      before: [0, 0] + before.map { min($0, 0) },
      total: source.extents[..<2]
        + (0..<rank).map { ExportedExtent(spreadExtents[$0] + min(before[$0], 0) + min(after[$0], 0)) })
    return add("Conv", [value, mirrored], padded.attributes(kernel: spatial, groups: groups))
  }

  /// A kernel whose outputs and channels have changed places, in reverse order along the spatial axes.
  private func mirrored(_ kernel: String, _ shape: [Int], groups: Int) -> String {
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
