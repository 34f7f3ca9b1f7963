import SaliencyCore

extension OperatorTable {
  /// All modes are separable: each axis is multiplied by a matrix, whose transpose is the derivative.
  static let resampling: [String: OperatorImport] = [
    "Resize": { node throws(ImportFailure) in
      guard node.operatorSetVersion >= 11 else { return try resized(node, scalesInput: 1) }
      if try node.flag("antialias") {
        throw .unsupported("antialias is not supported; only 0 is")
      }
      if let policy = try node.text("keep_aspect_ratio_policy"), policy != "stretch" {
        throw .unsupported("keep_aspect_ratio_policy '\(policy)' is not supported; only 'stretch' is")
      }
      return try resized(node, scalesInput: 2)
    },
    "Upsample": { node throws(ImportFailure) in try resized(node, scalesInput: 1) },
  ]

  private static func resized(
    _ node: NodeImport, scalesInput: Int
  ) throws(ImportFailure) -> [ImportedValue] {
    var value = try node.value(0)
    let extents = try axes(node, value.shape, scalesInput: scalesInput)
    var shape = value.shape
    for (axis, resampled) in extents { shape[axis] = resampled.output }
    guard shape.checkedElementCount ?? .max <= GraphBuilder.elementLimit else {
      throw ImportFailure(.limitExceeded, "a tensor of \(shape.text) is too large")
    }
    for (axis, resampled) in extents {
      let rule = try rule(node, isShrinking: resampled.scale < 1)
      if resampled.input == resampled.output, resampled.scale == 1, rule.coordinates != .tensorFlowHalfPixel {
        continue
      }
      let (count, overflow) = resampled.input.multipliedReportingOverflow(by: resampled.output)
      guard !overflow, count <= 1 << 22 else {
        throw .unsupported(
          "resizing axis \(axis) from \(resampled.input) to \(resampled.output) is not supported; the product may be "
            + "at most \(1 << 22)")
      }
      value = value.multiplied(along: axis, by: rule.matrix(resampled))
    }
    return [.computed(value)]
  }

  private static func rule(_ node: NodeImport, isShrinking: Bool) throws(ImportFailure) -> ResamplingRule {
    let isOld = node.node.opType == "Upsample" || node.operatorSetVersion < 11
    let mode = try node.text("mode") ?? "nearest"
    var rule = ResamplingRule(filter: .linear, coordinates: .asymmetric)
    if !isOld {
      rule.excludesOutside = try node.flag("exclude_outside")
      let name = try node.text("coordinate_transformation_mode") ?? "half_pixel"
      guard let coordinates = ResamplingRule.Coordinates(rawValue: name) else {
        throw .unsupported("coordinate_transformation_mode '\(name)' is not supported")
      }
      rule.coordinates = coordinates
    }
    switch mode {
    case "nearest" where isOld:
      // Before set 11 the rounding was not specified; this is what ONNX's own tests of that time ask for.
      rule.filter = .nearest(isShrinking ? .ceiling : .floor)
    case "nearest":
      let name = try node.text("nearest_mode") ?? "round_prefer_floor"
      guard let rounding = ResamplingRule.NearestRounding(rawValue: name) else {
        throw .invalid("nearest_mode '\(name)' does not exist")
      }
      rule.filter = .nearest(rounding)
    case "linear", "bilinear": break
    case "cubic" where !isOld:
      rule.filter = .cubic(coefficient: try node.number("cubic_coeff_a", default: -0.75))
    default: throw .unsupported("mode '\(mode)' is not supported; nearest, linear and cubic are")
    }
    return rule
  }

  /// The axes that are resampled, from the scales or the sizes.
  private static func axes(
    _ node: NodeImport, _ shape: Shape, scalesInput: Int
  ) throws(ImportFailure) -> [(axis: Int, resampled: ResamplingRule.Axis)] {
    let given = node.operatorSetVersion >= 18 ? try node.integers("axes") : nil
    let axes =
      try given.map { axes throws(ImportFailure) in try node.resolve(axes, in: shape) }
      ?? Array(shape.indices)
    var scales: [Float] = []
    if node.has(scalesInput) {
      scales = try node.numbers(scalesInput, "the scales").values.map { Float($0) }
    } else if let attribute = node.attribute("scales") {
      scales = attribute.floats
    }
    var sizes: [Int] = []
    if scales.isEmpty, scalesInput == 2, node.has(3) { sizes = try node.integers(3, "the sizes") }
    guard max(scales.count, sizes.count) == axes.count else {
      throw .invalid("scales or sizes have to be given for \(axes.count) axes")
    }
    var result: [(axis: Int, resampled: ResamplingRule.Axis)] = []
    for (position, axis) in axes.enumerated() {
      let extent = Float(shape[axis])
      let size = sizes.isEmpty ? extent * scales[position] : Float(sizes[position])
      guard shape[axis] >= 1, size >= 1, size < 0x1p31 else {
        throw .invalid("axis \(axis) cannot be resized from \(shape[axis]) to \(size)")
      }
      result.append(
        (
          axis,
          .init(
            input: shape[axis], output: sizes.isEmpty ? Int(size) : sizes[position],
            scale: sizes.isEmpty ? scales[position] : size / extent)
        ))
    }
    return result
  }
}
