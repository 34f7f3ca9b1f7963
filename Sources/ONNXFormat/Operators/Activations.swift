import SaliencyCore

extension OperatorTable {
  static let activations: [OperatorDefinition] = [
    .unary("Relu", Rectifier(), fold: .elementwise { $0 < 0 ? 0 : $0 }),
    .unary("Sigmoid", Sigmoid()),
    .unary("Tanh", HyperbolicTangent()),
    .unary("Softplus", Softplus()),
    .unary("Erf", ErrorFunction(), since: 9),
    .init(
      "Clip", operands: 1...3, integers: .summed,
      fold: Fold(takesGaps: true) { _, x throws(ImportFailure) in
        guard x.dropFirst().allSatisfy({ $0.values.count <= 1 }), x.count > 1 || x[0].isInteger else {
          return nil
        }
        let lower = x.count > 1 ? x[1].values.first ?? -.infinity : -.infinity
        let upper = x.count > 2 ? x[2].values.first ?? .infinity : .infinity
        return [try x[0].mapped { $0.isNaN ? $0 : min(max($0, lower), upper) }]
      },
      import: clip),
    .init("LeakyRelu", operands: 1...1) { node throws(ImportFailure) in
      [.computed(try node.value(0).applying(LeakyRectifier(slope: node.number("alpha", default: 0.01))))]
    },
    .init("PRelu", operands: 2...2, olderBroadcasting: .slopePerChannel) { node throws(ImportFailure) in
      [.computed(try node.value(0).parametricRectifier(slope: node.value(1)))]
    },
    .init("Elu", operands: 1...1) { node throws(ImportFailure) in
      [.computed(try node.value(0).applying(ExponentialLinear(alpha: node.number("alpha", default: 1))))]
    },
    .init("Selu", operands: 1...1) { node throws(ImportFailure) in
      let alpha = try node.number("alpha", default: 1.67326319)
      let gamma = try node.number("gamma", default: 1.05070102)
      return [.computed(try node.value(0).scaledExponentialLinear(alpha: alpha, gamma: gamma))]
    },
    .init("HardSigmoid", operands: 1...1) { node throws(ImportFailure) in
      let alpha = try node.number("alpha", default: 0.2)
      let beta = try node.number("beta", default: 0.5)
      return [.computed(try node.value(0).hardSigmoid(alpha: alpha, beta: beta))]
    },
    .init("HardSwish", since: 14, operands: 1...1) { node throws(ImportFailure) in
      [.computed(try node.value(0).hardSwish())]
    },
    .init("Celu", since: 12, operands: 1...1) { node throws(ImportFailure) in
      let alpha = try node.number("alpha", default: 1)
      guard alpha != 0 else { throw .invalid("attribute 'alpha' must not be 0") }
      return [.computed((try node.value(0) / alpha).applying(ExponentialLinear(alpha: 1)) * alpha)]
    },
    .init("ThresholdedRelu", since: 10, operands: 1...1) { node throws(ImportFailure) in
      let input = try node.value(0)
      return [.computed(input.gated(by: input, above: try node.number("alpha", default: 1)))]
    },
    .init("Swish", since: 24, operands: 1...1) { node throws(ImportFailure) in
      let input = try node.value(0)
      return [.computed(input * (input * (try node.number("alpha", default: 1))).applying(Sigmoid()))]
    },
    .init("SwiGLU", since: 28, operands: 2...2) { node throws(ImportFailure) in
      let gate = try node.value(0)
      return [
        .computed(
          gate * (gate * (try node.number("alpha", default: 1))).applying(Sigmoid()) * (try node.value(1)))
      ]
    },
    .init("Shrink", since: 9, operands: 1...1) { node throws(ImportFailure) in
      let input = try node.value(0)
      let (bias, limit) = (try node.number("bias", default: 0), try node.number("lambd", default: 0.5))
      guard limit >= 0 else { throw .unsupported("a negative 'lambd' is not supported") }
      let above = (input - bias).gated(by: input, above: limit)
      return [.computed(above + (input + bias).gated(by: input, above: -.infinity, below: -limit))]
    },
    .init("Hardmax", operands: 1...1) { node throws(ImportFailure) in try softmax(node) { _ in nil } },
    .init("Mish", since: 18, operands: 1...1) { node throws(ImportFailure) in
      [.computed(try node.value(0).mish())]
    },
    .init("Softsign", operands: 1...1) { node throws(ImportFailure) in
      [.computed(try node.value(0).softsign())]
    },
    .init("Gelu", since: 20, operands: 1...1) { node throws(ImportFailure) in
      let isApproximate = try node.text("approximate") == "tanh"
      return [.computed(try node.value(0).gaussianErrorLinear(isApproximate: isApproximate))]
    },
    .init("Softmax", operands: 1...1) { node throws(ImportFailure) in try softmax(node) { Softmax(axis: $0) }
    },
    .init("LogSoftmax", operands: 1...1) { node throws(ImportFailure) in
      try softmax(node) { LogSoftmax(axis: $0) }
    },
  ]

  /// Clip(0, c) is a rectifier; Clip(x + 3, 0, 6) is how exporters write the hard sigmoid, which is none.
  private static let clip: OperatorImport = { node throws(ImportFailure) in
    let input = try node.value(0)
    guard node.inputs.dropFirst().allSatisfy({ $0 == nil || $0?.numbers != nil }) else {
      let raised = node.has(1) ? input.applying(Maximum(), try node.value(1)) : input
      return [.computed(node.has(2) ? raised.applying(Minimum(), try node.value(2)) : raised)]
    }
    let lower = try node.number(attribute: "min", orInput: 1) ?? -.infinity
    let upper = try node.number(attribute: "max", orInput: 2) ?? .infinity
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
    _ node: NodeImport, _ operation: (Int) -> (any Operation)?
  ) throws(ImportFailure) -> [ImportedValue] {
    let input = try node.value(0)
    let shape = input.shape
    func applied(_ value: Value, _ axis: Int) -> Value {
      operation(axis).map { value.applying($0) } ?? value.hardmax(along: axis)
    }
    guard node.operatorSetVersion < 13 else {
      return [.computed(applied(input, try node.axis(default: -1, of: shape)))]
    }
    let axis = try node.axis(default: 1, of: shape)
    if axis == shape.count - 1 { return [.computed(applied(input, axis))] }
    let flat = [shape[..<axis].reduce(1, *), shape[axis...].reduce(1, *)]
    return [.computed(applied(input.reshaped(to: flat), 1).reshaped(to: shape))]
  }
}
