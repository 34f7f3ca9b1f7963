import SaliencyCore

extension NodeImport {
  /// What depends on the order of numbers.
  static let orderFolds: [String: Fold] = [
    "ArgMax": { node, x throws(ImportFailure) in try extremePosition(node, x[0], isDescending: true) },
    "ArgMin": { node, x throws(ImportFailure) in try extremePosition(node, x[0], isDescending: false) },
    "TopK": { node, x throws(ImportFailure) in
      let ranking = try OperatorTable.ranking(node, x[0].shape)
      let (bases, step, count) = x[0].rows(along: ranking.axis)
      var shape = x[0].shape
      shape[ranking.axis] = ranking.count
      var values = Numbers(
        shape: shape, values: [Double](repeating: 0, count: shape.elementCount), type: x[0].type)
      var positions = values
      positions.type = .int64
      let targets = values.rows(along: ranking.axis).bases
      for (base, target) in zip(bases, targets) {
        let order = ranked((0..<count).map { x[0].values[base + $0 * step] }, ranking.isDescending)
        for (index, position) in order.prefix(ranking.count).enumerated() {
          values.values[target + index * step] = x[0].values[base + position * step]
          positions.values[target + index * step] = Double(position)
        }
      }
      return [values, positions]
    },
    "NonZero": { _, x throws(ImportFailure) in
      let (shape, strides) = (x[0].shape, x[0].strides)
      let places = x[0].values.indices.filter { x[0].values[$0] != 0 }
      let values = shape.indices.flatMap { axis in places.map { Double($0 / strides[axis] % shape[axis]) } }
      return [Numbers(shape: [shape.count, places.count], values: values, type: .int64)]
    },
    "Unique": unique,
  ]

  private static func ranked(_ row: [Double], _ isDescending: Bool) -> [Int] {
    row.indices.sorted { a, b in
      let (x, y) = (row[a], row[b])
      if x.isNaN || y.isNaN { return x.isNaN && y.isNaN ? a < b : x.isNaN == isDescending }
      return x == y ? a < b : isDescending ? x > y : x < y
    }
  }

  private static func extremePosition(
    _ node: NodeImport, _ input: Numbers, isDescending: Bool
  ) throws(ImportFailure) -> [Numbers] {
    let axis = try node.axis(default: 0, of: input.shape)
    guard input.shape[axis] > 0 else {
      throw .unsupported("axis \(axis) of \(input.shape.text) has no elements")
    }
    let takesLast = try node.flag("select_last_index")
    let (bases, step, count) = input.rows(along: axis)
    let values = bases.map { base -> Double in
      let row = (0..<count).map { input.values[base + $0 * step] }
      let order = ranked(takesLast ? row.reversed() : row, isDescending)
      return Double(takesLast ? count - 1 - order[0] : order[0])
    }
    var shape = input.shape
    shape[axis] = 1
    if try !node.flag("keepdims", default: true) { shape.remove(at: axis) }
    return [Numbers(shape: shape, values: values, type: .int64)]
  }

  /// The distinct slices along an axis, or the distinct elements, with where they come from.
  private static let unique: Fold = { node, x throws(ImportFailure) in
    let isFlat = try node.integer("axis") == nil
    let data = isFlat ? x[0].with(x[0].values, shape: [x[0].values.count]) : x[0]
    let axis = isFlat ? 0 : try node.axis(default: 0, of: data.shape)
    let order = [axis] + data.shape.indices.filter { $0 != axis }
    let rows = data.transposed(order)
    let size = rows.shape.dropFirst().reduce(1, *)
    let count = rows.shape[0]
    func row(_ index: Int) -> ArraySlice<Double> { rows.values[index * size..<(index + 1) * size] }
    var groups: [[Double]: (first: Int, number: Int, count: Int)] = [:]
    var firsts: [Int] = []
    var numbers: [Int] = []
    for index in 0..<count {
      let key = Array(row(index))
      let number = groups[key]?.number ?? firsts.count
      if groups[key] == nil { firsts.append(index) }
      groups[key] = (firsts[number], number, (groups[key]?.count ?? 0) + 1)
      numbers.append(number)
    }
    var sequence = Array(firsts.indices)
    if try node.flag("sorted", default: true) {
      sequence.sort { row(firsts[$0]).lexicographicallyPrecedes(row(firsts[$1])) }
    }
    var ranks = [Int](repeating: 0, count: sequence.count)
    for (rank, number) in sequence.enumerated() { ranks[number] = rank }
    var back = [Int](repeating: 0, count: order.count)
    for (position, axis) in order.enumerated() { back[axis] = position }
    var shape = rows.shape
    shape[0] = sequence.count
    let distinct = data.with(sequence.flatMap { row(firsts[$0]) }, shape: shape).transposed(back)
    func list(_ values: [Int]) -> Numbers { Numbers(integers: values) }
    return [
      distinct, list(sequence.map { firsts[$0] }), list(numbers.map { ranks[$0] }),
      list(sequence.map { groups[Array(row(firsts[$0]))]!.count }),
    ]
  }
}
