import SaliencyCore

extension NodeImport {
  /// Comparisons, and what is chosen by them.
  static let comparisonFolds: [String: Fold] = [
    "Equal": comparison { $0 == $1 }, "Greater": comparison { $0 > $1 },
    "GreaterOrEqual": comparison { $0 >= $1 }, "Less": comparison { $0 < $1 },
    "LessOrEqual": comparison { $0 <= $1 },
    "IsNaN": { _, x throws(ImportFailure) in [try x[0].mapped(to: .bool) { $0.isNaN ? 1 : 0 }] },
    "Where": { _, x throws(ImportFailure) in
      let shape = try Numbers.commonShape(x)
      let (condition, yes, no) = (
        x[0].broadcast(to: shape), x[1].broadcast(to: shape), x[2].broadcast(to: shape)
      )
      let values = condition.values.indices.map { condition.values[$0] != 0 ? yes.values[$0] : no.values[$0] }
      return [Numbers(shape: shape, values: values, type: x[1].type)]
    },
  ]

  private static func comparison(_ body: @escaping @Sendable (Double, Double) -> Bool) -> Fold {
    { _, x throws(ImportFailure) in [try .zipped(x[0], x[1], to: .bool) { body($0, $1) ? 1 : 0 }] }
  }
}
