import SaliencyCore

extension OperatorTable {
  static let selections: [OperatorDefinition] = [
    .init(
      "TopK", operands: 1...2, integers: .carried,
      fold: Fold { node, x throws(ImportFailure) in
        let ranking = try ranking(node, x[0].shape)
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
      import: { node throws(ImportFailure) in
        let input = try node.value(0)
        let ranking = try ranking(node, input.shape)
        let positions = input.applying(ranking)
        return [
          .computed(input.applying(AxisGather(axis: ranking.axis), positions)), .computed(positions, .int64),
        ]
      }),
    .init(
      "ArgMax", operands: 1...1, integers: .carried,
      fold: Fold { node, x throws(ImportFailure) in try extremePosition(node, x[0], isDescending: true) },
      import: { node throws(ImportFailure) in try extremePosition(node, isDescending: true) }),
    .init(
      "ArgMin", operands: 1...1, integers: .carried,
      fold: Fold { node, x throws(ImportFailure) in try extremePosition(node, x[0], isDescending: false) },
      import: { node throws(ImportFailure) in try extremePosition(node, isDescending: false) }),
    .init(
      "NonZero", since: 9, operands: 1...1,
      fold: Fold { _, x throws(ImportFailure) in
        let (shape, strides) = (x[0].shape, x[0].strides)
        let places = x[0].values.indices.filter { x[0].values[$0] != 0 }
        let values = shape.indices.flatMap { axis in places.map { Double($0 / strides[axis] % shape[axis]) } }
        return [Numbers(shape: [shape.count, places.count], values: values, type: .int64)]
      }),
    .init("Unique", since: 11, operands: 1...1, fold: .unique),
    .init("OneHot", since: 9, operands: 3...3, integers: .carried, typedBy: 1, import: oneHot),
  ]

  private static func ranking(_ node: NodeImport, _ shape: Shape) throws(ImportFailure) -> TopKIndices {
    let axis = try node.axis(default: -1, of: shape)
    let counts = node.has(1) ? try node.integers(1, "the count") : [try node.integer("k", default: -1)]
    guard counts.count == 1, 0...shape[axis] ~= counts[0] else {
      throw .invalid("\(counts) elements along axis \(axis) of \(shape.text) do not exist")
    }
    return TopKIndices(axis: axis, count: counts[0], isDescending: try node.flag("largest", default: true))
  }

  private static func extremePosition(
    _ node: NodeImport, isDescending: Bool
  ) throws(ImportFailure) -> [ImportedValue] {
    var input = try node.value(0)
    let axis = try node.axis(default: 0, of: input.shape)
    let extent = input.shape[axis]
    guard extent > 0 else { throw .unsupported("axis \(axis) of \(input.shape.text) has no elements") }
    let takesLast = try node.flag("select_last_index")
    if takesLast {
      var (starts, steps) = (input.shape.map { _ in 0 }, input.shape.map { _ in 1 })
      (starts[axis], steps[axis]) = (extent - 1, -1)
      input = input.applying(Slice(starts: starts, counts: input.shape, steps: steps))
    }
    var result = input.applying(TopKIndices(axis: axis, count: 1, isDescending: isDescending))
    if takesLast { result = Float(extent - 1) - result }
    if try !node.flag("keepdims", default: true) {
      var shape = result.shape
      shape.remove(at: axis)
      result = result.reshaped(to: shape)
    }
    return [.computed(result, .int64)]
  }

  /// The order of the numbers of a row; those that are none come as the largest, and equal ones in their order.
  private static func ranked(_ row: [Double], _ isDescending: Bool) -> [Int] {
    row.indices.sorted { a, b in
      let (x, y) = (row[a], row[b])
      if x.isNaN || y.isNaN { return x.isNaN && y.isNaN ? a < b : x.isNaN == isDescending }
      return x == y ? a < b : isDescending ? x > y : x < y
    }
  }

  /// The positions of the largest or smallest numbers along the axis.
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

  private static let oneHot: OperatorImport = { node throws(ImportFailure) in
    let depths = try node.numbers(1, "the depth").values
    guard depths.count == 1, 1...Double(1 << 24) ~= depths[0] else {
      throw .invalid("a depth of \(depths) is not possible")
    }
    let depth = Int(depths[0])
    var indices = try node.value(0)
    let values = try node.value(2)
    guard values.shape == [2] else { throw .invalid("the values have to be two, not \(values.shape.text)") }
    let rank = indices.shape.count + 1
    let axis = try node.resolve(try node.integer("axis", default: -1), in: [Int](repeating: 1, count: rank))
    var shape = indices.shape
    shape.insert(1, at: axis)
    indices = fromStart(indices, extent: depth).reshaped(to: shape)
    var range = [Int](repeating: 1, count: rank)
    range[axis] = depth
    let classes = node.builder.constant(Tensor(shape: range, values: (0..<depth).map { Float($0) }))
    let isHit = indices.applying(Comparison(.equal), classes)
    let (off, on) = (values.sliced(axis: 0, from: 0, count: 1), values.sliced(axis: 0, from: 1, count: 1))
    return [
      .computed(
        isHit.applying(Selection(), on.reshaped(to: []), off.reshaped(to: [])), try node.input(2).type)
    ]
  }
}

extension Fold {
  /// The distinct slices along an axis, or the distinct elements, with where they come from.
  fileprivate static let unique = Fold { node, x throws(ImportFailure) in
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
