import SaliencyCore

extension OperatorTable {
  /// Truth values are 1 and 0, and their derivative is 0.
  static let comparisons: [String: OperatorImport] = [
    "Equal": comparison(.equal), "Greater": comparison(.greater),
    "GreaterOrEqual": comparison(.greaterOrEqual),
    "Less": comparison(.less), "LessOrEqual": comparison(.lessOrEqual),
    "And": logic { $0 * $1 },
    "Or": logic { $0.applying(Maximum(), $1) },
    "Xor": logic { 1 - $0.applying(Comparison(.equal), $1) },
    "Not": { node throws(ImportFailure) in [.computed(1 - (try node.value(0)), .bool)] },
    "IsNaN": { node throws(ImportFailure) in
      [.computed(try node.value(0).applying(FloatClassification(.notANumber)), .bool)]
    },
    "IsInf": { node throws(ImportFailure) in
      let positive = try node.flag("detect_positive", default: true)
      let negative = try node.flag("detect_negative", default: true)
      return [
        .computed(
          try node.value(0).applying(FloatClassification(.infinite(positive: positive, negative: negative))),
          .bool)
      ]
    },
    "Where": { node throws(ImportFailure) in
      [.computed(try node.value(0).applying(Selection(), try node.value(1), try node.value(2)))]
    },
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
