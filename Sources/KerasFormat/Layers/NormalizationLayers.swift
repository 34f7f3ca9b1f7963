import FileAccess
import SaliencyCore

extension LayerTable {
  static let normalizations: [String: LayerKind] = [
    "BatchNormalization": .function(variables: { settings throws(LayerFailure) in
      try batchVariables(settings)
    }) { layer throws(LayerFailure) in
      let input = try layer.input()
      let axis = try layer.axis("axis", default: -1, of: input.shape)
      let channels = input.shape[axis]
      func vector(_ role: String) throws(LayerFailure) -> [Double] {
        try layer.constants(role, shape: [channels])
      }
      let epsilon = Double(try layer.settings.number("epsilon", default: 1e-3))
      let ones = [Double](repeating: 1, count: channels)
      let gamma = try layer.settings.flag("scale", default: true) ? try vector("gamma") : ones
      let beta = try layer.settings.flag("center", default: true) ? try vector("beta") : ones.map { _ in 0 }
      let (mean, variance) = (try vector("moving_mean"), try vector("moving_variance"))
      let scale = zip(gamma, variance).map { $0 / ($1 + epsilon).squareRoot() }
      let shift = zip(zip(beta, mean), scale).map { $0.0 - $0.1 * $1 }
      let shape = [channels] + [Int](repeating: 1, count: input.shape.count - 1 - axis)
      return input * layer.constant(scale, shape: shape) + layer.constant(shift, shape: shape)
    },
    "LayerNormalization": .function(variables: { settings throws(LayerFailure) in
      let isRootMeanSquare = try settings.flag("rms_scaling", default: false)
      return .list(
        (try settings.flag("scale", default: true) || isRootMeanSquare ? ["gamma"] : [])
          + (try settings.flag("center", default: true) && !isRootMeanSquare ? ["beta"] : []))
    }) { layer throws(LayerFailure) in
      let input = try layer.input()
      let axes = try layer.axes("axis", default: [-1], of: input.shape)
      let epsilon = try layer.settings.number("epsilon", default: 1e-3)
      let shape = input.shape.indices.map { axes.contains($0) ? input.shape[$0] : 1 }
      if try layer.settings.flag("rms_scaling", default: false) {
        let variance = (input - input.mean(axes)).power(2).mean(axes)
        return input / (variance + epsilon).applying(SquareRoot())
          * (try layer.weight("gamma").reshaped(to: shape))
      }
      return try layer.scaledAndShifted(input.standardised(over: axes, epsilon: epsilon), shape: shape)
    },
    "RMSNormalization": .function(variables: { _ in .list("scale") }) { layer throws(LayerFailure) in
      let input = try layer.input()
      let axes = try layer.axes("axis", default: [-1], of: input.shape)
      let epsilon = try layer.settings.number("epsilon", default: 1e-6)
      let shape = input.shape.indices.map { axes.contains($0) ? input.shape[$0] : 1 }
      return input / ((input * input).mean(axes) + epsilon).applying(SquareRoot())
        * (try layer.weight("scale").reshaped(to: shape))
    },
    "GroupNormalization": .function(variables: { settings throws(LayerFailure) in
      .list(
        (try settings.flag("scale", default: true) ? ["gamma"] : [])
          + (try settings.flag("center", default: true) ? ["beta"] : []))
    }) { layer throws(LayerFailure) in
      let input = try layer.input()
      let axis = try layer.axis("axis", default: -1, of: input.shape)
      let channels = input.shape[axis]
      let given = try layer.settings.integer("groups", default: 32)
      let groups = given == -1 ? channels : given
      guard groups >= 1, channels % groups == 0 else {
        throw .invalid("\(groups) groups do not divide \(channels) channels")
      }
      let split = Shape(input.shape[..<axis]) + [groups, channels / groups] + input.shape[(axis + 1)...]
      let axes = (1..<split.count).filter { $0 != axis }
      let normalized = input.reshaped(to: split)
        .standardised(over: axes, epsilon: try layer.settings.number("epsilon", default: 1e-3))
        .reshaped(to: input.shape)
      return try layer.scaledAndShifted(
        normalized, shape: input.shape.indices.map { $0 == axis ? channels : 1 })
    },
    "UnitNormalization": .function { layer throws(LayerFailure) in
      let input = try layer.input()
      let axes = try layer.axes("axis", default: [-1], of: input.shape)
      return input.normalized(over: axes, floor: 1e-12)
    },
    "SpectralNormalization": LayerKind(
      variables: { layer throws(LayerFailure) in
        guard let inner = layer.settings.layer("layer") else { return [] }
        return try variables(of: inner).inside(["layer"])
      }, wrapped: ["layer"]
    ) { layer throws(LayerFailure) in
      // The kernel in the file is normalized already; training alone changes it.
      guard let inner = layer.settings.layer("layer") else { throw .invalid("setting 'layer' is missing") }
      return try layer.nested(inner, at: ["layer"], on: layer.inputs)
    },
  ]

  private static func batchVariables(_ settings: Settings) throws(LayerFailure) -> [Variable] {
    var variables = [Variable].list(
      (try settings.flag("scale", default: true) ? ["gamma"] : [])
        + (try settings.flag("center", default: true) ? ["beta"] : []))
    for role in ["moving_mean", "moving_variance"] {
      variables.append(Variable(role, position: variables.count, isTrainable: false))
    }
    return variables
  }
}

extension Value {
  /// x / √max(Σ x², floor), the sum over `axes`.
  func normalized(over axes: [Int], floor: Float) -> Value {
    self
      / (self * self).sum(axes).applying(SaliencyCore.Maximum(), builder.constant(Tensor(floor)))
      .applying(SquareRoot())
  }
}

extension LayerImport {
  /// A setting's axis, resolved against `shape`; lists of one axis are allowed.
  func axis(_ key: String, default value: Int, of shape: Shape) throws(LayerFailure) -> Int {
    let axes = try axes(key, default: [value], of: shape)
    guard axes.count == 1 else { throw .unsupported("setting '\(key)' with several axes is not supported") }
    return axes[0]
  }

  /// A setting's axes, resolved against `shape`.
  func axes(_ key: String, default value: [Int], of shape: Shape) throws(LayerFailure) -> [Int] {
    try (settings.list(key) ?? value).map { axis throws(LayerFailure) in
      guard let resolved = shape.resolved(axis: axis) else {
        throw .invalid("axis \(axis) does not exist in a tensor of \(shape.text)")
      }
      return resolved
    }.sorted()
  }

  /// The numbers of a weight, in double precision.
  func constants(_ role: String, shape: Shape) throws(LayerFailure) -> [Double] {
    guard let tensor = (try weight(role, shape: shape).node.operation as? Constant)?.tensor else { return [] }
    return tensor.values.map(Double.init)
  }

  /// A constant of numbers in double precision.
  func constant(_ values: [Double], shape: Shape) -> Value {
    builder.constant(Tensor(shape: shape, values: values.map { Float($0) }))
  }

  /// The value times gamma plus beta, as far as the layer has them.
  fileprivate func scaledAndShifted(_ value: Value, shape: Shape) throws(LayerFailure) -> Value {
    var value = value
    if try settings.flag("scale", default: true) { value = value * (try weight("gamma").reshaped(to: shape)) }
    if try settings.flag("center", default: true) { value = value + (try weight("beta").reshaped(to: shape)) }
    return value
  }
}
