import FileAccess
import SaliencyCore

extension OperationTable {
  static let reductions: [String: Body] = [
    "Mean": reduction { $0.mean($1) },
    "Sum": reduction { $0.sum($1) },
    "Max": reduction { $0.extreme(over: $1, isMaximum: true) },
    "Amax": reduction { $0.extreme(over: $1, isMaximum: true) },
    "Min": reduction { $0.extreme(over: $1, isMaximum: false) },
    "Amin": reduction { $0.extreme(over: $1, isMaximum: false) },
    "Any": reduction { $0.magnitude().sum($1).applying(HeavisideStep()) },
    "All": reduction { 1 - (1 - $0.magnitude().applying(HeavisideStep())).sum($1).applying(HeavisideStep()) },
    "Prod": reduction { $0.product(over: $1) },
    "Var": reduction(variance),
    "Std": reduction { variance($0, $1).applying(SquareRoot()) },
    "Logsumexp": reduction { $0.logarithmOfSumOfExponentials(over: $1) },
    "Norm": { call throws(LayerFailure) in
      let order = call.parameter("ord", 1)
      guard order == nil || order?.number == 2 || order?.number == 1 else {
        throw .unsupported("a norm of this order is not supported; 1 and 2 are")
      }
      let isFirst = order?.number == 1
      let input = try call.operand()
      let axes = try call.axes("axis", 2, of: input.shape)
      let norm = isFirst ? input.magnitude().sum(axes) : (input * input).sum(axes).applying(SquareRoot())
      if call.flag("keepdims", 3) { return [norm] }
      return [norm.reshaped(to: input.shape.indices.filter { !axes.contains($0) }.map { input.shape[$0] })]
    },
    "Cumsum": { call throws(LayerFailure) in
      let input = try call.operand()
      guard let axis = try call.integer("axis", 1) else {
        return [input.reshaped(to: [input.shape.elementCount]).applying(CumulativeSum(axis: 0))]
      }
      return [input.applying(CumulativeSum(axis: try call.resolve(axis, in: input.shape)))]
    },
  ]

  private static func reduction(_ reduce: @escaping @Sendable (Value, [Int]) -> Value) -> Body {
    { call throws(LayerFailure) in
      [try call.reduced(try call.operand()) { value, axes in reduce(value, axes) }]
    }
  }

  private static func variance(_ value: Value, _ axes: [Int]) -> Value {
    let centered = value - value.mean(axes)
    return (centered * centered).mean(axes)
  }
}
