import SaliencyCore

extension OperatorTable {
  /// Truth values are 1 and 0, and their derivative is 0.
  static let comparisons: [OperatorDefinition] = [
    .init(
      "Equal", operands: 2...2, integers: .carried, olderBroadcasting: .onRequest,
      fold: .comparison { $0 == $1 },
      import: comparison(.equal)),
    .init(
      "Greater", operands: 2...2, integers: .carried, olderBroadcasting: .onRequest,
      fold: .comparison { $0 > $1 },
      import: comparison(.greater)),
    .init(
      "GreaterOrEqual", since: 12, operands: 2...2, integers: .carried,
      fold: .comparison { $0 >= $1 },
      import: comparison(.greaterOrEqual)),
    .init(
      "Less", operands: 2...2, integers: .carried, olderBroadcasting: .onRequest,
      fold: .comparison { $0 < $1 },
      import: comparison(.less)),
    .init(
      "LessOrEqual", since: 12, operands: 2...2, integers: .carried,
      fold: .comparison { $0 <= $1 },
      import: comparison(.lessOrEqual)),
    .init(
      "And", operands: 2...2, integers: .carried, olderBroadcasting: .onRequest,
      fold: .logic { $0 && $1 },
      import: logic { $0 * $1 }),
    .init(
      "Or", operands: 2...2, integers: .carried, olderBroadcasting: .onRequest,
      fold: .logic { $0 || $1 },
      import: logic { $0.applying(Maximum(), $1) }),
    .init(
      "Xor", operands: 2...2, integers: .carried, olderBroadcasting: .onRequest,
      fold: .logic { $0 != $1 },
      import: logic { 1 - $0.applying(Comparison(.equal), $1) }),
    .init(
      "Not", operands: 1...1, integers: .carried,
      fold: Fold { _, x throws(ImportFailure) in [try x[0].mapped(to: .bool) { $0 == 0 ? 1 : 0 }] },
      import: { node throws(ImportFailure) in [.computed(1 - (try node.value(0)), .bool)] }),
    .init(
      "IsNaN", since: 9, operands: 1...1, integers: .carried,
      fold: Fold { _, x throws(ImportFailure) in [try x[0].mapped(to: .bool) { $0.isNaN ? 1 : 0 }] },
      import: { node throws(ImportFailure) in
        [.computed(try node.value(0).applying(FloatClassification(.notANumber)), .bool)]
      }),
    .init("IsInf", since: 10, operands: 1...1) { node throws(ImportFailure) in
      let positive = try node.flag("detect_positive", default: true)
      let negative = try node.flag("detect_negative", default: true)
      return [
        .computed(
          try node.value(0).applying(FloatClassification(.infinite(positive: positive, negative: negative))),
          .bool)
      ]
    },
    .init(
      "Where", since: 9, operands: 3...3, integers: .carried, typedBy: 1,
      fold: Fold { _, x throws(ImportFailure) in
        let shape = try Numbers.commonShape(x)
        let (condition, yes, no) = (
          x[0].broadcast(to: shape), x[1].broadcast(to: shape), x[2].broadcast(to: shape)
        )
        let values = condition.values.indices.map {
          condition.values[$0] != 0 ? yes.values[$0] : no.values[$0]
        }
        return [Numbers(shape: shape, values: values, type: x[1].type)]
      },
      import: { node throws(ImportFailure) in
        [.computed(try node.value(0).applying(Selection(), try node.value(1), try node.value(2)))]
      }),
  ]

  private static func comparison(_ relation: Comparison.Relation) -> OperatorImport {
    { node throws(ImportFailure) in
      [.computed(try node.value(0).applying(Comparison(relation), try node.value(1)), .bool)]
    }
  }

  private static func logic(_ join: @escaping @Sendable (Value, Value) -> Value) -> OperatorImport {
    { node throws(ImportFailure) in [.computed(join(try node.value(0), try node.value(1)), .bool)] }
  }
}

extension Fold {
  fileprivate static func comparison(_ body: @escaping @Sendable (Double, Double) -> Bool) -> Fold {
    Fold { _, x throws(ImportFailure) in [try .zipped(x[0], x[1], to: .bool) { body($0, $1) ? 1 : 0 }] }
  }

  fileprivate static func logic(_ body: @escaping @Sendable (Bool, Bool) -> Bool) -> Fold {
    Fold { _, x throws(ImportFailure) in
      [try .zipped(x[0], x[1], to: .bool) { body($0 != 0, $1 != 0) ? 1 : 0 }]
    }
  }
}
