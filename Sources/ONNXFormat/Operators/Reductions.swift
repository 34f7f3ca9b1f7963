import SaliencyCore

extension OperatorTable {
  static let reductions: [String: OperatorImport] = [
    "ReduceMean": { node throws(ImportFailure) in try reduced(node) { $0.mean($1) } },
    "ReduceSum": { node throws(ImportFailure) in try reduced(node) { $0.sum($1) } },
    "ReduceSumSquare": { node throws(ImportFailure) in try reduced(node) { ($0 * $0).sum($1) } },
    "ReduceL1": { node throws(ImportFailure) in try reduced(node) { $0.magnitude().sum($1) } },
    "ReduceL2": { node throws(ImportFailure) in
      try reduced(node) { ($0 * $0).sum($1).applying(SquareRoot()) }
    },
    "ReduceLogSum": { node throws(ImportFailure) in try reduced(node) { $0.sum($1).applying(Logarithm()) } },
    "ReduceLogSumExp": { node throws(ImportFailure) in
      try reduced(node) { $0.logarithmOfSumOfExponentials(over: $1) }
    },
    "ReduceMax": { node throws(ImportFailure) in try reduced(node) { $0.extreme(over: $1, isMaximum: true) }
    },
    "ReduceMin": { node throws(ImportFailure) in try reduced(node) { $0.extreme(over: $1, isMaximum: false) }
    },
    "ReduceProd": { node throws(ImportFailure) in try reduced(node) { $0.product(over: $1) } },
  ]

  private static func reduced(
    _ node: NodeImport, _ reduce: (Value, [Int]) -> Value
  ) throws(ImportFailure) -> [ImportedValue] {
    let input = try node.value(0)
    guard let axes = try node.reducedAxes(of: input.shape) else {
      guard ["ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd"].contains(node.node.opType)
      else {
        // Whether squares or magnitudes are taken all the same is told differently from place to place.
        throw .unsupported("noop_with_empty_axes without axes is not supported")
      }
      return [.computed(input)]
    }
    let result = reduce(input, axes)
    guard try !node.flag("keepdims", default: true) else { return [.computed(result)] }
    let shape = input.shape.indices.filter { !axes.contains($0) }.map { input.shape[$0] }
    return [.computed(result.reshaped(to: shape))]
  }
}
