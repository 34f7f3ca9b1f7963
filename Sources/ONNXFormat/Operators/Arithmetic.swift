import LibC
import SaliencyCore

extension OperatorTable {
  static let arithmetic: [OperatorDefinition] = [
    .init(
      "Add", operands: 2...2, integers: .summed, olderBroadcasting: .onRequest,
      trace: .arithmetic(isCommutative: true) { $0.shifted(by: $1) },
      fold: .arithmetic(+) { $0.addingReportingOverflow($1) }
    ) { node throws(ImportFailure) in
      try binary(
        node, Addition(), right: { Affine(scale: 1, offset: $0) }, left: { Affine(scale: 1, offset: $0) })
    },
    .init(
      "Sub", operands: 2...2, integers: .summed, olderBroadcasting: .onRequest,
      trace: .arithmetic { $0.shifted(by: -$1) },
      fold: .arithmetic(-) { $0.subtractingReportingOverflow($1) }
    ) { node throws(ImportFailure) in
      try binary(
        node, Subtraction(), right: { Affine(scale: 1, offset: -$0) }, left: { Affine(scale: -1, offset: $0) }
      )
    },
    .init(
      "Mul", operands: 2...2, integers: .masked, olderBroadcasting: .onRequest,
      trace: .arithmetic(isCommutative: true) { $0.scaled(by: $1) },
      fold: .arithmetic(*) { $0.multipliedReportingOverflow(by: $1) }
    ) { node throws(ImportFailure) in
      try binary(
        node, Multiplication(), right: { Affine(scale: $0, offset: 0) },
        left: { Affine(scale: $0, offset: 0) })
    },
    .init(
      "Div", operands: 2...2, olderBroadcasting: .onRequest, trace: .arithmetic { $0.divided(by: $1) },
      fold: Fold { _, x throws(ImportFailure) in
        try requireDivisors(x)
        return [try .zipped(x[0], x[1]) { x[0].isInteger ? ($0 / $1).rounded(.towardZero) : $0 / $1 }]
      },
      import: { node throws(ImportFailure) in
        try binary(node, Division(), right: { Affine(scale: 1 / $0, offset: 0) }, left: { _ in nil })
      }),
    .unary("Neg", Affine(scale: -1, offset: 0), integers: .summed, fold: .elementwise { -$0 }),
    .unary("Abs", Absolute(), integers: .summed, fold: .elementwise(abs)),
    .unary(
      "Sign", Sign(), since: 9, integers: .carried, fold: .elementwise { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }),
    .unary("Exp", Exponential(), fold: .elementwise(exp)),
    .unary("Log", Logarithm(), fold: .elementwise(log)),
    .unary("Sqrt", SquareRoot(), fold: .elementwise { $0.squareRoot() }),
    .unary("Reciprocal", Power(exponent: -1), fold: .elementwise { 1 / $0 }),
    .init(
      "Pow", operands: 2...2, olderBroadcasting: .onRequest,
      fold: Fold { _, x throws(ImportFailure) in
        [
          try .zipped(x[0], x[1]) { a, b throws(ImportFailure) in
            let power = pow(a, b)
            guard x[0].isInteger else { return power }
            // Negative exponents of integers give fractions, which are cut off.
            guard power.isFinite else {
              throw .unsupported("an integer power that is not finite is not supported")
            }
            return power.rounded(.towardZero)
          }
        ]
      },
      import: { node throws(ImportFailure) in
        let (base, exponent) = (try node.value(0), try node.input(1))
        if exponent.shape.elementCount == 1, exponent.shape.count <= base.shape.count,
          let number = exponent.numbers?.values.first
        {
          return [.computed(base.power(Float(number)))]
        }
        return [.computed(base.applying(Exponentiation(), try node.value(1)))]
      }),
    .init(
      "Max", operands: 1...Int.max, integers: .carried,
      fold: .joining { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }
    ) { node throws(ImportFailure) in
      if node.inputs.count == 2, let rectified = try rectified(node) { return [.computed(rectified)] }
      return try extreme(node, Maximum(), isMaximum: true)
    },
    .init(
      "Min", operands: 1...Int.max, integers: .carried,
      fold: .joining { $0.isNaN || $1.isNaN ? .nan : min($0, $1) }
    ) { node throws(ImportFailure) in try extreme(node, Minimum(), isMaximum: false) },
    .init("Sum", operands: 1...Int.max, integers: .summed, fold: .joining(+)) { node throws(ImportFailure) in
      try joined(node, +)
    },
    .init(
      "Mean", operands: 1...Int.max,
      fold: Fold { _, x throws(ImportFailure) in
        let sum = try Numbers.joined(x, +)
        return try sum.map { sum throws(ImportFailure) in [try sum.mapped { $0 / Double(x.count) }] }
      },
      import: { node throws(ImportFailure) in
        guard case .computed(let sum, _)? = try joined(node, +).first else { return [] }
        return [.computed(sum / Float(node.inputs.count))]
      }),
    .init(
      "Identity", operands: 1...1, integers: .carried, takesSequences: true, trace: .same,
      fold: Fold { _, x throws(ImportFailure) in [x[0]] },
      import: { node throws(ImportFailure) in [try node.input(0)] }),
    .init("Dropout", operands: 1...3, integers: .carried) { node throws(ImportFailure) in
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
    .unary("Floor", Rounding(.down), fold: .elementwise { $0.rounded(.down) }),
    .unary("Ceil", Rounding(.up), fold: .elementwise { $0.rounded(.up) }),
    .unary("Round", Rounding(.nearestEven), since: 11, fold: .elementwise { $0.rounded(.toNearestOrEven) }),
    .init(
      "Mod", since: 10, operands: 2...2, integers: .carried,
      fold: Fold { node, x throws(ImportFailure) in
        try requireDivisors(x)
        let truncates = try node.flag("fmod")
        return [
          try .zipped(x[0], x[1]) { a, b in
            let remainder = a.truncatingRemainder(dividingBy: b)
            return !truncates && remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder
          }
        ]
      },
      import: { node throws(ImportFailure) in
        let remainder = Remainder(sign: try node.flag("fmod") ? .dividend : .divisor)
        return [.computed(try node.value(0).applying(remainder, try node.value(1)))]
      }),
    .init(
      "CumSum", since: 11, operands: 2...2, integers: .summed,
      fold: .running { $0 + $1 }
    ) { node throws(ImportFailure) in
      let input = try node.value(0)
      let sum = CumulativeSum(
        axis: try node.runningAxis(of: input.shape), isExclusive: try node.flag("exclusive"),
        isReversed: try node.flag("reverse"))
      return [.computed(input.applying(sum))]
    },
    .init(
      "CumProd", since: 26, operands: 2...2,
      fold: .running(from: 1) { $0 * $1 }
    ) { node throws(ImportFailure) in
      let input = try node.value(0)
      return [
        .computed(
          input.cumulativeProduct(
            along: try node.runningAxis(of: input.shape), isExclusive: try node.flag("exclusive"),
            isReversed: try node.flag("reverse")))
      ]
    },
    .init("Det", since: 11, operands: 1...1) { node throws(ImportFailure) in
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

  private static func requireDivisors(_ x: [Numbers]) throws(ImportFailure) {
    if x[0].isInteger, x[1].values.contains(0) { throw .invalid("an integer is divided by 0") }
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
    guard values.count > 2 else { return try joined(node) { $0.applying(ofTwo, $1) } }
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
  private static func joined(
    _ node: NodeImport, _ join: (Value, Value) -> Value
  ) throws(ImportFailure) -> [ImportedValue] {
    let values = try node.allValues()
    guard let first = values.first else { throw .invalid("it has no operands") }
    return [.computed(values.dropFirst().reduce(first, join))]
  }
}

extension Fold {
  /// A function of two numbers; integers wrap around as those of their type do.
  fileprivate static func arithmetic(
    _ body: @escaping @Sendable (Double, Double) -> Double,
    _ integers: @escaping @Sendable (Int64, Int64) -> (partialValue: Int64, overflow: Bool)
  ) -> Fold {
    Fold { _, x throws(ImportFailure) in
      guard x[0].isInteger else { return [try .zipped(x[0], x[1], body)] }
      let type = x[0].type
      return [
        try .zipped(x[0], x[1]) { a, b throws(ImportFailure) in
          type.truncated(try integers(x[0].exactInteger(a), x[1].exactInteger(b)).partialValue)
        }
      ]
    }
  }

  /// A function of any number of operands, joined two by two.
  fileprivate static func joining(_ body: @escaping @Sendable (Double, Double) -> Double) -> Fold {
    Fold { _, x throws(ImportFailure) in try Numbers.joined(x, body).map { [$0] } }
  }

  /// A running total along the axis that the second operand names.
  fileprivate static func running(
    from first: Double = 0, _ body: @escaping @Sendable (Double, Double) -> Double
  ) -> Fold {
    Fold { node, x throws(ImportFailure) in
      let axis = try node.runningAxis(of: x[0].shape)
      let (isExclusive, isReversed) = (try node.flag("exclusive"), try node.flag("reverse"))
      let (bases, step, count) = x[0].rows(along: axis)
      var values = x[0].values
      for base in bases {
        var total = first
        for index in 0..<count {
          let place = base + (isReversed ? count - 1 - index : index) * step
          let next = try x[0].type.element(body(total, x[0].values[place]))
          values[place] = isExclusive ? total : next
          total = next
        }
      }
      return [x[0].with(values)]
    }
  }
}

extension Numbers {
  /// Tensors joined two by two; nil where there are none.
  fileprivate static func joined(
    _ operands: [Numbers], _ body: (Double, Double) -> Double
  ) throws(ImportFailure) -> Numbers? {
    guard var result = operands.first else { return nil }
    for operand in operands.dropFirst() { result = try .zipped(result, operand, body) }
    return result
  }
}

extension NodeImport {
  /// The axis of a running total, which is the second operand.
  func runningAxis(of shape: Shape) throws(ImportFailure) -> Int {
    let given = try integers(1, "the axis")
    guard given.count == 1 else { throw .invalid("the axis has to be one number, not \(given.count)") }
    return try resolve(given[0], in: shape)
  }
}
