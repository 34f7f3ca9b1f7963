import LibC
import SaliencyCore

extension NodeImport {
  /// Functions of real numbers and of integers.
  static let arithmeticFolds: [String: Fold] = [
    "Add": binary(+) { $0.addingReportingOverflow($1) },
    "Sub": binary(-) { $0.subtractingReportingOverflow($1) },
    "Mul": binary(*) { $0.multipliedReportingOverflow(by: $1) },
    "Div": { _, x throws(ImportFailure) in
      try requireDivisors(x)
      return [try .zipped(x[0], x[1]) { x[0].isInteger ? ($0 / $1).rounded(.towardZero) : $0 / $1 }]
    },
    "Mod": { node, x throws(ImportFailure) in
      try requireDivisors(x)
      let truncates = try node.flag("fmod")
      return [
        try .zipped(x[0], x[1]) { a, b in
          let remainder = a.truncatingRemainder(dividingBy: b)
          return !truncates && remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder
        }
      ]
    },
    "Pow": { _, x throws(ImportFailure) in
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
    "Min": { _, x throws(ImportFailure) in try joined(x) { $0.isNaN || $1.isNaN ? .nan : min($0, $1) } },
    "Max": { _, x throws(ImportFailure) in try joined(x) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) } },
    "Sum": { _, x throws(ImportFailure) in try joined(x, +) },
    "Mean": { _, x throws(ImportFailure) in
      try joined(x, +).map { sum throws(ImportFailure) in [try sum[0].mapped { $0 / Double(x.count) }] }
    },
    "Neg": unary { -$0 },
    "Abs": unary(abs),
    "Sign": unary { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 },
    "Relu": unary { $0 < 0 ? 0 : $0 },
    "Floor": unary { $0.rounded(.down) },
    "Ceil": unary { $0.rounded(.up) },
    "Round": unary { $0.rounded(.toNearestOrEven) },
    "Sqrt": unary { $0.squareRoot() },
    "Reciprocal": unary { 1 / $0 },
    "Exp": unary(exp),
    "Log": unary(log),
    "Sin": unary(sin),
    "Cos": unary(cos),
    "Clip": { _, x throws(ImportFailure) in
      guard x.dropFirst().allSatisfy({ $0.values.count <= 1 }), x.count > 1 || x[0].isInteger else {
        return nil
      }
      let lower = x.count > 1 ? x[1].values.first ?? -.infinity : -.infinity
      let upper = x.count > 2 ? x[2].values.first ?? .infinity : .infinity
      return [try x[0].mapped { $0.isNaN ? $0 : min(max($0, lower), upper) }]
    },
  ]

  private static func unary(_ body: @escaping @Sendable (Double) -> Double) -> Fold {
    { _, x throws(ImportFailure) in [try x[0].mapped(body)] }
  }

  /// A function of two numbers; integers wrap around as those of their type do.
  private static func binary(
    _ body: @escaping @Sendable (Double, Double) -> Double,
    _ integers: @escaping @Sendable (Int64, Int64) -> (partialValue: Int64, overflow: Bool)
  ) -> Fold {
    { _, x throws(ImportFailure) in
      guard x[0].isInteger else { return [try .zipped(x[0], x[1], body)] }
      let type = x[0].type
      return [
        try .zipped(x[0], x[1]) { a, b throws(ImportFailure) in
          type.truncated(try integers(x[0].exactInteger(a), x[1].exactInteger(b)).partialValue)
        }
      ]
    }
  }

  /// An operator of any number of operands, joined two by two.
  private static func joined(
    _ operands: [Numbers], _ body: (Double, Double) -> Double
  ) throws(ImportFailure) -> [Numbers]? {
    guard var result = operands.first else { return nil }
    for operand in operands.dropFirst() { result = try .zipped(result, operand, body) }
    return [result]
  }

  private static func requireDivisors(_ x: [Numbers]) throws(ImportFailure) {
    if x[0].isInteger, x[1].values.contains(0) { throw .invalid("an integer is divided by 0") }
  }
}
