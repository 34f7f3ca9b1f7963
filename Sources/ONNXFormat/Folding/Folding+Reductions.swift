import LibC
import SaliencyCore

extension NodeImport {
  /// Reductions and running totals.
  static let reductionFolds: [String: Fold] = [
    "ReduceSum": reduction { $0.reduce(0, +) },
    "ReduceMean": reduction { $0.reduce(0, +) / Double($0.count) },
    "ReduceProd": reduction { $0.reduce(1, *) },
    "ReduceMax": extreme(-.infinity) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) },
    "ReduceMin": extreme(.infinity) { $0.isNaN || $1.isNaN ? .nan : min($0, $1) },
    "ReduceSumSquare": reduction { $0.reduce(0) { $0 + $1 * $1 } },
    "ReduceL1": reduction { $0.reduce(0) { $0 + abs($1) } },
    "ReduceL2": reduction { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() },
    "CumSum": running { $0 + $1 },
    "CumProd": running(from: 1) { $0 * $1 },
  ]

  /// The largest or smallest elements; over none at all it is the type's smallest or largest one.
  private static func extreme(
    _ neutral: Double, _ join: @escaping @Sendable (Double, Double) -> Double
  ) -> Fold {
    { node, x throws(ImportFailure) in
      var edge = neutral
      if let range = x[0].type.integerRange { edge = neutral < 0 ? range.lowerBound : range.upperBound }
      return try reduced(node, x[0]) { $0.reduce(edge, join) }
    }
  }

  private static func reduction(_ body: @escaping @Sendable ([Double]) -> Double) -> Fold {
    { node, x throws(ImportFailure) in
      // The means of integers are cut, which nobody has agreed on.
      if x[0].isInteger, ["ReduceMean", "ReduceL2"].contains(node.node.opType) {
        throw .unsupported("integers are not supported")
      }
      return try reduced(node, x[0], body)
    }
  }

  private static func reduced(
    _ node: NodeImport, _ input: Numbers, _ body: ([Double]) -> Double
  ) throws(ImportFailure) -> [Numbers]? {
    guard let axes = try node.reducedAxes(of: input.shape) else { return nil }
    let kept = input.shape.indices.filter { !axes.contains($0) }
    let sorted = input.transposed(kept + axes)
    let count = axes.reduce(1) { $0 * input.shape[$1] }
    let outer = kept.reduce(1) { $0 * input.shape[$1] }
    guard outer <= Numbers.integerLimit else { return nil }
    var values: [Double] = []
    for row in 0..<outer {
      values.append(try input.type.element(body(Array(sorted.values[row * count..<(row + 1) * count]))))
    }
    let keeps = try node.flag("keepdims", default: true)
    let shape =
      keeps
      ? input.shape.indices.map { axes.contains($0) ? 1 : input.shape[$0] } : kept.map { input.shape[$0] }
    return [input.with(values, shape: shape)]
  }

  private static func running(
    from first: Double = 0, _ body: @escaping @Sendable (Double, Double) -> Double
  ) -> Fold {
    { node, x throws(ImportFailure) in
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

  /// The axis of a running total, which is the second operand.
  func runningAxis(of shape: Shape) throws(ImportFailure) -> Int {
    let given = try integers(1, "the axis")
    guard given.count == 1 else { throw .invalid("the axis has to be one number, not \(given.count)") }
    return try resolve(given[0], in: shape)
  }

  /// The axes that a reduction is over, ascending; nil where it is over none.
  func reducedAxes(of shape: Shape) throws(ImportFailure) -> [Int]? {
    let given = try integers(attribute: "axes", orInput: 1) ?? []
    if !given.isEmpty { return try resolve(given, in: shape).sorted() }
    return try flag("noop_with_empty_axes") ? nil : Array(shape.indices)
  }
}
