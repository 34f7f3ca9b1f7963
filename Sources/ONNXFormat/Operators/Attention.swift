import SaliencyCore

extension OperatorTable {
  static let attention: [OperatorDefinition] = [
    .init("Attention", since: 23, operands: 3...7) { node throws(ImportFailure) in
      try AttentionImport(node).results()
    },
    .init("RotaryEmbedding", since: 23, operands: 3...4, import: rotaryEmbedding),
  ]

  /// The first half of each head's coordinates and the second, or neighbors, turned by angles that grow with the position.
  private static let rotaryEmbedding: OperatorImport = { node throws(ImportFailure) in
    let input = try node.value(0)
    let shape = input.shape
    let heads = try node.integer("num_heads", default: 0)
    var x: Value
    if shape.count == 4 {
      x = input.transposed([0, 2, 1, 3])
    } else {
      guard shape.count == 3, heads > 0, shape[2] % heads == 0 else {
        throw .invalid("\(heads) heads do not divide an input of \(shape.text)")
      }
      x = input.reshaped(to: [shape[0], shape[1], heads, shape[2] / heads])
    }
    let size = x.shape[3]
    let given = try node.integer("rotary_embedding_dim", default: 0)
    let turned = given == 0 ? size : given
    guard turned % 2 == 0, 0...size ~= turned else {
      throw .invalid("\(turned) of \(size) coordinates cannot be turned")
    }
    let half = turned / 2
    func angles(_ index: Int) throws(ImportFailure) -> Value {
      var table = try node.value(index)
      if node.has(3) {
        let ids = try node.numbers(3, "the positions")
        guard table.shape.count == 2 else {
          throw .invalid("a cache of \(table.shape.text) is no table of positions")
        }
        let positions = try node.positions(ids, extent: table.shape[0], axis: 0)
        table = table.gathered(positions.map(Int32.init), along: 0).reshaped(to: ids.shape + [table.shape[1]])
      }
      guard table.shape.count == 3, table.shape[2] == half else {
        throw ImportFailure(.shapeMismatch, "a cache of \(table.shape.text) does not fit \(half) pairs")
      }
      return table.reshaped(to: [table.shape[0], table.shape[1], 1, half])
    }
    let (cosines, sines) = (try angles(1), try angles(2))
    let isInterleaved = try node.flag("interleaved")
    func part(_ index: Int) -> Value {
      guard isInterleaved else { return x.sliced(axis: 3, from: index * half, count: half) }
      return x.applying(
        Slice(starts: [0, 0, 0, index], counts: Array(x.shape[..<3]) + [half], steps: [1, 1, 1, 2]))
    }
    let (first, second) = (part(0), part(1))
    let real = cosines * first - sines * second
    let imaginary = sines * first + cosines * second
    let split = Array(x.shape[..<3]) + [half]
    var result =
      isInterleaved
      ? node.builder.append(
        Concatenation(axis: 4), [real.reshaped(to: split + [1]), imaginary.reshaped(to: split + [1])]
      ).reshaped(to: Array(x.shape[..<3]) + [turned])
      : node.builder.append(Concatenation(axis: 3), [real, imaginary])
    if turned < size {
      result = node.builder.append(
        Concatenation(axis: 3), [result, x.sliced(axis: 3, from: turned, count: size - turned)])
    }
    return [.computed(shape.count == 4 ? result.transposed([0, 2, 1, 3]) : result.reshaped(to: shape))]
  }
}
