import SaliencyCore

extension OperatorTable {
  static let selections: [String: OperatorImport] = {
    var table: [String: OperatorImport] = [
      "TopK": { node throws(ImportFailure) in
        let input = try node.value(0)
        let ranking = try ranking(node, input.shape)
        let positions = input.applying(ranking)
        return [
          .computed(input.applying(AxisGather(axis: ranking.axis), positions)), .computed(positions, .int64),
        ]
      },
      "ArgMax": { node throws(ImportFailure) in try extremePosition(node, isDescending: true) },
      "ArgMin": { node throws(ImportFailure) in try extremePosition(node, isDescending: false) },
      "ScatterElements": scatterElements,
      "Scatter": scatterElements,
      "ScatterND": { node throws(ImportFailure) in
        let (shape, indices) = (try node.input(0).shape, try node.numbers(1, "the indices"))
        return try scattered(node, places: try node.places(of: shape, "GatherND", indices))
      },
      "OneHot": oneHot,
      "EyeLike": { node throws(ImportFailure) in
        let input = try node.input(0)
        guard input.shape.count == 2, input.shape.elementCount <= 1 << 24 else {
          throw .invalid("\(input.shape.text) is no matrix")
        }
        let ones = Numbers(
          shape: input.shape, values: [Double](repeating: 0, count: input.shape.elementCount),
          type: input.type)
        guard let eye = try NodeImport.folds["EyeLike"]?(node, [ones])?.first else { return [] }
        return [.numbers(eye)]
      },
    ]
    for name in NodeImport.rearrangementFolds.keys { table[name] = rearrangement(name) }
    return table
  }()

  /// Elements moved by place: the fold for numbers, applied to the numbers of the places, says what goes where.
  private static func rearrangement(_ name: String) -> OperatorImport {
    { node throws(ImportFailure) in
      let input = try node.value(0)
      if name == "GatherElements", try node.input(1).numbers == nil {
        return [.computed(try computedGather(node, input))]
      }
      var operands: [Numbers] = []
      for index in node.inputs.indices.dropFirst() {
        operands.append(try node.numbers(index, "operand \(index + 1)"))
      }
      let result = try node.moved(input.shape, name, operands)
      return [.computed(input.gathered(result.places, shape: result.shape))]
    }
  }

  /// A gather of single elements whose positions depend on the input.
  private static func computedGather(_ node: NodeImport, _ input: Value) throws(ImportFailure) -> Value {
    let axis = try node.axis(default: 0, of: input.shape)
    var shape = input.shape
    let positions = try node.value(1)
    guard positions.shape.count == shape.count else {
      throw ImportFailure(.shapeMismatch, "\(positions.shape.text) does not fit \(shape.text)")
    }
    shape[axis] = positions.shape[axis]
    guard shape == positions.shape else {
      throw .unsupported("indices that depend on the input have to cover all of \(input.shape.text)")
    }
    return input.applying(AxisGather(axis: axis), fromStart(positions, extent: input.shape[axis]))
  }

  /// Positions that depend on the input, counted from the start where they are negative.
  static func fromStart(_ positions: Value, extent: Int) -> Value {
    let zero = positions.builder.constant(Tensor(0))
    return positions + positions.applying(Comparison(.less), zero) * Float(extent)
  }

  static func ranking(_ node: NodeImport, _ shape: Shape) throws(ImportFailure) -> TopKIndices {
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

  private static let scatterElements: OperatorImport = { node throws(ImportFailure) in
    let shape = try node.input(0).shape
    if try node.input(1).numbers == nil { return [.computed(try computedScatter(node))] }
    return try scattered(
      node, places: try node.places(of: shape, "GatherElements", node.numbers(1, "the indices")))
  }

  /// Sums of single elements whose positions depend on the input.
  private static func computedScatter(_ node: NodeImport) throws(ImportFailure) -> Value {
    let (data, positions, updates) = (try node.value(0), try node.value(1), try node.value(2))
    let axis = try node.axis(default: 0, of: data.shape)
    var expected = data.shape
    if updates.shape.indices.contains(axis) { expected[axis] = updates.shape[axis] }
    guard try node.text("reduction") == "add", updates.shape == expected, positions.shape == expected else {
      throw .unsupported(
        "indices that depend on the input are supported where updates are added along axis \(axis) of all of \(data.shape.text)"
      )
    }
    let extent = data.shape[axis]
    return data
      + updates.applying(
        AxisScatterAddition(axis: axis, extent: extent), fromStart(positions, extent: extent))
  }

  /// The first operand with the elements of the third at `places`, where several may go to one.
  private static func scattered(_ node: NodeImport, places: [Int32]) throws(ImportFailure) -> [ImportedValue]
  {
    let (data, updates) = (try node.value(0), try node.value(2))
    let (count, total) = (data.shape.elementCount, data.shape.elementCount + updates.shape.elementCount)
    guard places.count == updates.shape.elementCount, total <= Int32.max else {
      throw ImportFailure(
        .shapeMismatch, "updates of \(updates.shape.text) do not fit \(places.count) indices")
    }
    guard !places.isEmpty else { return [.computed(data)] }
    let all = node.builder.append(
      Concatenation(axis: 0), [data.reshaped(to: [count]), updates.reshaped(to: [places.count])])
    func replaced(_ updates: some Sequence<(Int, Int32)>) -> Value {
      var sources = (0..<count).map(Int32.init)
      for (update, place) in updates { sources[Int(place)] = Int32(count + update) }
      return all.gathered(sources, shape: data.shape)
    }
    let join: (Value, Value) -> Value
    switch try node.text("reduction") ?? "none" {
    case "none": return [.computed(replaced(Array(places.enumerated())))]
    case "add": return [.computed(data + updates.scattered(places, shape: data.shape))]
    case "max": join = { $0.applying(Maximum(), $1) }
    case "min": join = { $0.applying(Minimum(), $1) }
    case "mul": join = { $0 * $1 }
    case let name: throw .invalid("reduction '\(name)' does not exist")
    }
    // In each round every place takes part at most once.
    var rounds: [[(Int, Int32)]] = []
    var visits: [Int32: Int] = [:]
    for (update, place) in places.enumerated() {
      let round = visits[place, default: 0]
      visits[place] = round + 1
      guard round < 64 else { throw .unsupported("more than 64 updates of one element are not supported") }
      if round == rounds.count { rounds.append([]) }
      rounds[round].append((update, place))
    }
    var result = data
    for round in rounds {
      // Elements that take no part stay as they are.
      var mask = [Float](repeating: 0, count: count)
      for (_, place) in round { mask[Int(place)] = 1 }
      let isHit = node.builder.constant(Tensor(shape: data.shape, values: mask))
      result = isHit.applying(Selection(), join(result, replaced(round)), result)
    }
    return [.computed(result)]
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

extension NodeImport {
  /// What the fold of an operator makes of a tensor of `shape`, by place; negative places stand for zeros.
  func moved(
    _ shape: Shape, _ name: String, _ operands: [Numbers]
  ) throws(ImportFailure) -> (places: [Int32], shape: Shape) {
    guard let count = shape.checkedElementCount, count <= 1 << 24 else {
      throw .unsupported(
        "moving single elements of \(shape.text) is not supported; the limit is 2^24 elements")
    }
    // Numbered from 1, so that zeros of the operator's own are told from the first element.
    let numbered = Numbers(shape: shape, values: (0..<count).map { Double($0 + 1) }, type: .int64)
    guard let result = try Self.folds[name]?(self, [numbered] + operands)?.first else {
      throw .unsupported("a result of more than 2^26 elements is not supported")
    }
    return (result.values.map { Int32($0) - 1 }, result.shape)
  }

  /// The places in a tensor of `shape` that indices name, as the gather of the same kind reads them.
  func places(of shape: Shape, _ gather: String, _ indices: Numbers) throws(ImportFailure) -> [Int32] {
    try moved(shape, gather, [indices]).places
  }
}
