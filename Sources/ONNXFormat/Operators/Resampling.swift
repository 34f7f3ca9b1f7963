import SaliencyCore

extension OperatorTable {
  /// All modes are separable: each axis is multiplied by a matrix, whose transpose is the derivative.
  static let resampling: [OperatorDefinition] = [
    .init("Resize", since: 10, operands: 1...4, integers: .carried) { node throws(ImportFailure) in
      try resized(node, isOld: node.operatorSetVersion < 11)
    },
    .init("Upsample", operands: 1...2, integers: .carried) { node throws(ImportFailure) in
      try resized(node, isOld: true)
    },
  ]

  /// - Parameter isOld: whether the operator is as it was before set 11, with scales alone.
  private static func resized(
    _ node: NodeImport, isOld: Bool
  ) throws(ImportFailure) -> [ImportedValue] {
    var value = try node.value(0)
    let extents = try axes(node, value.shape, isOld: isOld)
    var shape = value.shape
    for (axis, resampled) in extents { shape[axis] = resampled.output }
    guard shape.checkedElementCount ?? .max <= GraphBuilder.elementLimit else {
      throw ImportFailure(.limitExceeded, "a tensor of \(shape.text) is too large")
    }
    for (axis, resampled) in extents {
      let rule = try rule(node, isOld: isOld, isShrinking: resampled.scale < 1)
      if resampled.input == resampled.output, resampled.scale == 1, rule.coordinates != .tensorFlowHalfPixel,
        rule.coordinates != .tensorFlowCropAndResize
      {
        continue
      }
      let (count, overflow) = resampled.input.multipliedReportingOverflow(by: resampled.output)
      guard !overflow, count <= 1 << 22 else {
        throw .unsupported(
          "resizing axis \(axis) from \(resampled.input) to \(resampled.output) is not supported; the product may be "
            + "at most \(1 << 22)")
      }
      value = value.multiplied(along: axis, by: rule.matrix(resampled))
      let fill = try node.number("extrapolation_value", default: 0)
      if fill != 0, rule.coordinates == .tensorFlowCropAndResize {
        var range = [Int](repeating: 1, count: shape.count)
        range[axis] = resampled.output
        let fills = (0..<resampled.output).map { rule.isOutside($0, resampled) ? fill : 0 }
        value = value + node.builder.constant(Tensor(shape: range, values: fills))
      }
    }
    return [.computed(value)]
  }

  private static func rule(
    _ node: NodeImport, isOld: Bool, isShrinking: Bool
  ) throws(ImportFailure) -> ResamplingRule {
    let mode = try node.text("mode") ?? "nearest"
    var rule = ResamplingRule(filter: .linear, coordinates: .asymmetric)
    if !isOld {
      rule.excludesOutside = try node.flag("exclude_outside")
      rule.isAntialiased = try node.flag("antialias")
      let name = try node.text("coordinate_transformation_mode") ?? "half_pixel"
      guard let coordinates = ResamplingRule.Coordinates(rawValue: name) else {
        throw .invalid("coordinate_transformation_mode '\(name)' does not exist")
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
    _ node: NodeImport, _ shape: Shape, isOld: Bool
  ) throws(ImportFailure) -> [(axis: Int, resampled: ResamplingRule.Axis)] {
    let given = node.operatorSetVersion >= 18 ? try node.integers("axes") : nil
    let axes =
      try given.map { axes throws(ImportFailure) in try node.resolve(axes, in: shape) }
      ?? Array(shape.indices)
    var scales: [Float] = []
    let scalesInput = isOld ? 1 : 2
    if node.has(scalesInput) {
      scales = try node.numbers(scalesInput, "the scales").values.map { Float($0) }
    } else if let attribute = node.attribute("scales") {
      scales = attribute.floats
    }
    var sizes: [Int] = []
    if scales.isEmpty, !isOld, node.has(3) { sizes = try node.integers(3, "the sizes") }
    guard max(scales.count, sizes.count) == axes.count else {
      throw .invalid("scales or sizes have to be given for \(axes.count) axes")
    }
    // With sizes as limits all axes keep one scale.
    var common: Float?
    if !sizes.isEmpty {
      let ratios = zip(sizes, axes).map { Float($0) / Float(shape[$1]) }
      switch try node.text("keep_aspect_ratio_policy") ?? "stretch" {
      case "stretch": break
      case "not_larger": common = ratios.min()
      case "not_smaller": common = ratios.max()
      case let name: throw .invalid("keep_aspect_ratio_policy '\(name)' does not exist")
      }
    }
    var region: [Double] = []
    if try node.text("coordinate_transformation_mode") == "tf_crop_and_resize" {
      region = try node.numbers(1, "the region of interest").values
      guard region.count == 2 * axes.count else {
        throw .invalid("a region of interest of \(region.count) numbers does not fit \(axes.count) axes")
      }
    }
    var result: [(axis: Int, resampled: ResamplingRule.Axis)] = []
    for (position, axis) in axes.enumerated() {
      let extent = Float(shape[axis])
      var scale = sizes.isEmpty ? scales[position] : Float(sizes[position]) / extent
      var size = sizes.isEmpty ? extent * scale : Float(sizes[position])
      if let common { (scale, size) = (common, (common * extent + 0.5).rounded(.down)) }
      guard shape[axis] >= 1, size >= 1, size < 0x1p31 else {
        throw .invalid("axis \(axis) cannot be resized from \(shape[axis]) to \(size)")
      }
      result.append(
        (
          axis,
          .init(
            input: shape[axis], output: Int(size), scale: scale,
            start: region.isEmpty ? 0 : Float(region[position]),
            end: region.isEmpty ? 1 : Float(region[axes.count + position]))
        ))
    }
    return result
  }
}
