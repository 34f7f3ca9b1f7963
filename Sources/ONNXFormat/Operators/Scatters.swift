import SaliencyCore

extension OperatorTable {
  static let scatters: [OperatorDefinition] = [
    .init("ScatterElements", since: 11, operands: 3...3, integers: .carried, import: scatterElements),
    .init("Scatter", since: 9, operands: 3...3, integers: .carried, import: scatterElements),
    .init("ScatterND", since: 11, operands: 3...3, integers: .carried) { node throws(ImportFailure) in
      let (shape, indices) = (try node.input(0).shape, try node.numbers(1, "the indices"))
      return try scattered(node, places: try node.places(of: shape, .gatherND, indices))
    },
  ]

  private static let scatterElements: OperatorImport = { node throws(ImportFailure) in
    let shape = try node.input(0).shape
    if try node.input(1).numbers == nil { return [.computed(try computedScatter(node))] }
    return try scattered(
      node, places: try node.places(of: shape, .gatherElements, node.numbers(1, "the indices")))
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
}
