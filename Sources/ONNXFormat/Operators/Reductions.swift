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
  ]

  private static func reduced(
    _ node: NodeImport, _ reduce: (Value, [Int]) -> Value
  ) throws(ImportFailure) -> [ImportedValue] {
    let input = try node.value(0)
    let given = try node.integers(attribute: "axes", orInput: 1) ?? []
    if given.isEmpty, try node.flag("noop_with_empty_axes") {
      guard ["ReduceMean", "ReduceSum"].contains(node.node.opType) else {
        // Whether squares or magnitudes are taken all the same is told differently from place to place.
        throw .unsupported(
          "noop_with_empty_axes without axes is supported for ReduceMean and ReduceSum alone")
      }
      return [.computed(input)]
    }
    let axes = given.isEmpty ? Array(input.shape.indices) : try node.resolve(given, in: input.shape)
    let result = reduce(input, axes)
    guard try !node.flag("keepdims", default: true) else { return [.computed(result)] }
    let shape = input.shape.indices.filter { !axes.contains($0) }.map { input.shape[$0] }
    return [.computed(result.reshaped(to: shape))]
  }
}
