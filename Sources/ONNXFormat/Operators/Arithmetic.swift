import SaliencyCore

extension OperatorTable {
  static let arithmetic: [String: OperatorImport] = [
    "Add": { node throws(ImportFailure) in
      try binary(
        node, Addition(), right: { Affine(scale: 1, offset: $0) }, left: { Affine(scale: 1, offset: $0) })
    },
    "Sub": { node throws(ImportFailure) in
      try binary(
        node, Subtraction(), right: { Affine(scale: 1, offset: -$0) }, left: { Affine(scale: -1, offset: $0) }
      )
    },
    "Mul": { node throws(ImportFailure) in
      try binary(
        node, Multiplication(), right: { Affine(scale: $0, offset: 0) },
        left: { Affine(scale: $0, offset: 0) })
    },
    "Div": { node throws(ImportFailure) in
      try binary(node, Division(), right: { Affine(scale: 1 / $0, offset: 0) }, left: { _ in nil })
    },
    "Neg": unary(Affine(scale: -1, offset: 0)),
    "Abs": unary(Absolute()),
    "Sign": unary(Sign()),
    "Exp": unary(Exponential()),
    "Log": unary(Logarithm()),
    "Sqrt": unary(SquareRoot()),
    "Reciprocal": unary(Power(exponent: -1)),
    "Pow": { node throws(ImportFailure) in
      let (base, exponent) = (try node.value(0), try node.input(1))
      if exponent.shape.elementCount == 1, exponent.shape.count <= base.shape.count,
        let number = exponent.numbers?.values.first
      {
        return [.computed(base.power(Float(number)))]
      }
      return [.computed(base.applying(Exponentiation(), try node.value(1)))]
    },
    "Max": { node throws(ImportFailure) in
      if node.inputs.count == 2, let rectified = try rectified(node) { return [.computed(rectified)] }
      return try extreme(node, Maximum(), isMaximum: true)
    },
    "Min": { node throws(ImportFailure) in try extreme(node, Minimum(), isMaximum: false) },
    "Sum": { node throws(ImportFailure) in try folded(node, +) },
    "Mean": { node throws(ImportFailure) in
      guard case .computed(let sum, _)? = try folded(node, +).first else { return [] }
      return [.computed(sum / Float(node.inputs.count))]
    },
    "Identity": { node throws(ImportFailure) in [try node.input(0)] },
    "Dropout": { node throws(ImportFailure) in
      let input = try node.input(0)
      if node.has(2), try node.numbers(2, "the training mode").values.first != 0 {
        let ratio = node.has(1) ? try node.numbers(1, "the ratio").values.first ?? 0.5 : 0.5
        guard ratio == 0 else {
          throw .unsupported("the model was exported in training mode; export it in evaluation mode")
        }
      }
      guard node.resultCount > 1 else { return [input] }
      let ones = node.builder.constant(Tensor(1)).broadcast(to: input.shape)
      return [input, .computed(ones, .bool)]
    },
    "Floor": unary(Rounding(.down)),
    "Ceil": unary(Rounding(.up)),
    "Round": unary(Rounding(.nearestEven)),
    "Mod": { node throws(ImportFailure) in
      let remainder = Remainder(sign: try node.flag("fmod") ? .dividend : .divisor)
      return [.computed(try node.value(0).applying(remainder, try node.value(1)))]
    },
    "CumSum": { node throws(ImportFailure) in
      let input = try node.value(0)
      let sum = CumulativeSum(
        axis: try node.runningAxis(of: input.shape), isExclusive: try node.flag("exclusive"),
        isReversed: try node.flag("reverse"))
      return [.computed(input.applying(sum))]
    },
    "CumProd": { node throws(ImportFailure) in
      let input = try node.value(0)
      return [
        .computed(
          input.cumulativeProduct(
            along: try node.runningAxis(of: input.shape), isExclusive: try node.flag("exclusive"),
            isReversed: try node.flag("reverse")))
      ]
    },
    "Det": { node throws(ImportFailure) in
      let input = try node.value(0)
      guard let extent = input.shape.last, input.shape.count >= 2,
        input.shape[input.shape.count - 2] == extent
      else {
        throw .invalid("\(input.shape.text) is made of no square matrices")
      }
      guard 1...4 ~= extent else { throw .unsupported("determinants of more than 4 rows are not supported") }
      return [.computed(input.determinant())]
    },
  ]

  /// A binary operator; with a constant scalar on one side it is an operation on the other alone.
  private static func binary(
    _ node: NodeImport, _ operation: any Operation, right: @escaping (Float) -> Affine?,
    left: @escaping (Float) -> Affine?
  ) throws(ImportFailure) -> [ImportedValue] {
    for (constant, other, affine) in [(1, 0, right), (0, 1, left)] {
      let (scalar, value) = (try node.input(constant), try node.input(other))
      if scalar.isConstant, !value.isConstant, scalar.shape.elementCount == 1,
        scalar.shape.count <= value.shape.count,
        let number = scalar.numbers?.values.first, let operation = affine(Float(number))
      {
        return [.computed(value.value(in: node.builder).applying(operation))]
      }
    }
    return [.computed(try node.value(0).applying(operation, try node.value(1)))]
  }

  /// max(x, 0) is a rectifier, whoever wrote it so.
  private static func rectified(_ node: NodeImport) throws(ImportFailure) -> Value? {
    for (constant, other) in [(0, 1), (1, 0)] {
      let (zero, value) = (try node.input(constant), try node.input(other))
      if zero.isConstant, !value.isConstant, zero.shape.elementCount == 1,
        zero.shape.count <= value.shape.count,
        zero.numbers?.values == [0]
      {
        return value.value(in: node.builder).rectified()
      }
    }
    return nil
  }

  /// The largest or smallest of any number of operands; joined two by two, more than two that are equal would not share the
  /// gradient evenly.
  private static func extreme(
    _ node: NodeImport, _ ofTwo: any Operation, isMaximum: Bool
  ) throws(ImportFailure) -> [ImportedValue] {
    let values = try node.allValues()
    guard values.count > 2 else { return try folded(node) { $0.applying(ofTwo, $1) } }
    var shape = Shape()
    for value in values {
      guard let both = shape.broadcast(with: value.shape) else {
        throw .invalid("operands of \(shape.text) and \(value.shape.text) do not fit together")
      }
      shape = both
    }
    let rows = values.map { $0.broadcast(to: shape).reshaped(to: [1] + shape) }
    return [
      .computed(
        node.builder.append(Concatenation(axis: 0), rows).extreme(over: [0], isMaximum: isMaximum)
          .reshaped(to: shape))
    ]
  }

  /// An operator of any number of operands, joined two by two.
  private static func folded(
    _ node: NodeImport, _ join: (Value, Value) -> Value
  ) throws(ImportFailure) -> [ImportedValue] {
    let values = try node.allValues()
    guard let first = values.first else { throw .invalid("it has no operands") }
    return [.computed(values.dropFirst().reduce(first, join))]
  }
}
