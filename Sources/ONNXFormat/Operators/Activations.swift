import SaliencyCore

extension OperatorTable {
  static let activations: [String: OperatorImport] = [
    "Relu": unary(Rectifier()),
    "Sigmoid": unary(Sigmoid()),
    "Tanh": unary(HyperbolicTangent()),
    "Softplus": unary(Softplus()),
    "Erf": unary(ErrorFunction()),
    "Clip": clip,
    "LeakyRelu": { node throws(ImportFailure) in
      [.computed(try node.value(0).applying(LeakyRectifier(slope: node.number("alpha", default: 0.01))))]
    },
    "PRelu": { node throws(ImportFailure) in
      [.computed(try node.value(0).parametricRectifier(slope: node.value(1)))]
    },
    "Elu": { node throws(ImportFailure) in
      [.computed(try node.value(0).applying(ExponentialLinear(alpha: node.number("alpha", default: 1))))]
    },
    "Selu": { node throws(ImportFailure) in
      let alpha = try node.number("alpha", default: 1.67326319)
      let gamma = try node.number("gamma", default: 1.05070102)
      return [.computed(try node.value(0).scaledExponentialLinear(alpha: alpha, gamma: gamma))]
    },
    "HardSigmoid": { node throws(ImportFailure) in
      let alpha = try node.number("alpha", default: 0.2)
      let beta = try node.number("beta", default: 0.5)
      return [.computed(try node.value(0).hardSigmoid(alpha: alpha, beta: beta))]
    },
    "HardSwish": { node throws(ImportFailure) in [.computed(try node.value(0).hardSwish())] },
    "Mish": { node throws(ImportFailure) in [.computed(try node.value(0).mish())] },
    "Softsign": { node throws(ImportFailure) in [.computed(try node.value(0).softsign())] },
    "Gelu": { node throws(ImportFailure) in
      let isApproximate = try node.text("approximate") == "tanh"
      return [.computed(try node.value(0).gaussianErrorLinear(isApproximate: isApproximate))]
    },
    "Softmax": { node throws(ImportFailure) in try softmax(node) { Softmax(axis: $0) } },
    "LogSoftmax": { node throws(ImportFailure) in try softmax(node) { LogSoftmax(axis: $0) } },
  ]

  /// Clip(0, c) is a rectifier; Clip(x + 3, 0, 6) is how exporters write the hard sigmoid, which is none.
  private static let clip: OperatorImport = { node throws(ImportFailure) in
    let lower = try node.number(attribute: "min", orInput: 1) ?? -.infinity
    let upper = try node.number(attribute: "max", orInput: 2) ?? .infinity
    let input = try node.value(0)
    guard lower <= upper else { throw .invalid("the lower bound \(lower) exceeds the upper bound \(upper)") }
    if lower == -.greatestFiniteMagnitude || lower == -.infinity,
      upper == .greatestFiniteMagnitude || upper == .infinity
    {
      return [.computed(input)]
    }
    let isHardSigmoid = (input.node.operation as? Affine) == Affine(scale: 1, offset: 3) && upper == 6
    if lower == 0, upper > 0, !isHardSigmoid {
      return [.computed(input.applying(Rectifier(ceiling: upper < .greatestFiniteMagnitude ? upper : nil)))]
    }
    return [.computed(input.applying(Clamp(lower: lower, upper: upper)))]
  }

  /// Before operator set 13 a softmax ran over all axes from `axis` on at once.
  private static func softmax(
    _ node: NodeImport, _ operation: (Int) -> any Operation
  ) throws(ImportFailure) -> [ImportedValue] {
    let input = try node.value(0)
    let shape = input.shape
    guard node.operatorSetVersion < 13 else {
      return [.computed(input.applying(operation(try node.axis(default: -1, of: shape))))]
    }
    let axis = try node.axis(default: 1, of: shape)
    if axis == shape.count - 1 { return [.computed(input.applying(operation(axis)))] }
    let flat = [shape[..<axis].reduce(1, *), shape[axis...].reduce(1, *)]
    return [.computed(input.reshaped(to: flat).applying(operation(1)).reshaped(to: shape))]
  }
}
