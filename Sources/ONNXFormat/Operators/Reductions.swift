import SaliencyCore

extension OperatorTable {
  static let reductions: [OperatorDefinition] = [
    .init(
      "ReduceMean", operands: 1...2,
      fold: .reduction(takesIntegers: false) { $0.reduce(0, +) / Double($0.count) }
    ) { node throws(ImportFailure) in try reduced(node) { $0.mean($1) } },
    .init(
      "ReduceSum", operands: 1...2, integers: .summed,
      fold: .reduction(takesGaps: true) { $0.reduce(0, +) }
    ) { node throws(ImportFailure) in try reduced(node) { $0.sum($1) } },
    .init("ReduceProd", operands: 1...2, fold: .reduction { $0.reduce(1, *) }) { node throws(ImportFailure) in
      try reduced(node) { $0.product(over: $1) }
    },
    .init(
      "ReduceMax", operands: 1...2, integers: .carried,
      fold: .extreme(-.infinity) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }
    ) { node throws(ImportFailure) in try reduced(node) { $0.extreme(over: $1, isMaximum: true) } },
    .init(
      "ReduceMin", operands: 1...2, integers: .carried,
      fold: .extreme(.infinity) { $0.isNaN || $1.isNaN ? .nan : min($0, $1) }
    ) { node throws(ImportFailure) in try reduced(node) { $0.extreme(over: $1, isMaximum: false) } },
    .init(
      "ReduceSumSquare", operands: 1...2,
      fold: .reduction { $0.reduce(0) { $0 + $1 * $1 } }
    ) { node throws(ImportFailure) in try reduced(node, keepsSingles: false) { ($0 * $0).sum($1) } },
    .init(
      "ReduceL1", operands: 1...2,
      fold: .reduction { $0.reduce(0) { $0 + abs($1) } }
    ) { node throws(ImportFailure) in try reduced(node, keepsSingles: false) { $0.magnitude().sum($1) } },
    .init(
      "ReduceL2", operands: 1...2,
      fold: .reduction(takesIntegers: false) { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    ) { node throws(ImportFailure) in
      try reduced(node, keepsSingles: false) { ($0 * $0).sum($1).applying(SquareRoot()) }
    },
    .init("ReduceLogSum", operands: 1...2) { node throws(ImportFailure) in
      try reduced(node, keepsSingles: false) { $0.sum($1).applying(Logarithm()) }
    },
    .init("ReduceLogSumExp", operands: 1...2) { node throws(ImportFailure) in
      try reduced(node, keepsSingles: false) { $0.logarithmOfSumOfExponentials(over: $1) }
    },
  ]

  /// - Parameter keepsSingles: whether of one element the reduction is that element.
  private static func reduced(
    _ node: NodeImport, keepsSingles: Bool = true, _ reduce: (Value, [Int]) -> Value
  ) throws(ImportFailure) -> [ImportedValue] {
    let input = try node.value(0)
    guard let axes = try node.reducedAxes(of: input.shape) else {
      guard keepsSingles else {
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

extension Fold {
  /// The largest or smallest elements; over none at all it is the type's smallest or largest one.
  fileprivate static func extreme(
    _ neutral: Double, _ join: @escaping @Sendable (Double, Double) -> Double
  ) -> Fold {
    Fold(takesGaps: true) { node, x throws(ImportFailure) in
      var edge = neutral
      if let range = x[0].type.integerRange { edge = neutral < 0 ? range.lowerBound : range.upperBound }
      return try reduced(node, x[0]) { $0.reduce(edge, join) }
    }
  }

  /// A function of the elements along the axes.
  ///
  /// - Parameter takesIntegers: false where the results of integers would be cut, which nobody has agreed on.
  fileprivate static func reduction(
    takesGaps: Bool = false, takesIntegers: Bool = true,
    _ body: @escaping @Sendable ([Double]) -> Double
  ) -> Fold {
    Fold(takesGaps: takesGaps) { node, x throws(ImportFailure) in
      if x[0].isInteger, !takesIntegers { throw .unsupported("integers are not supported") }
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
}

extension NodeImport {
  /// The axes that a reduction is over, ascending; nil where it is over none.
  func reducedAxes(of shape: Shape) throws(ImportFailure) -> [Int]? {
    let given = try integers(attribute: "axes", orInput: 1) ?? []
    if !given.isEmpty { return try resolve(given, in: shape).sorted() }
    return try flag("noop_with_empty_axes") ? nil : Array(shape.indices)
  }
}
