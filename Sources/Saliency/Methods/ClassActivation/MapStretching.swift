/// Maps interpolated linearly between the middles of their cells, as ``MethodContext/stretched(_:)`` does in a graph.
struct MapStretching {
  private let input: [Int]
  private let output: [Int]

  /// From and to so many cells along each axis, the outermost first.
  init(from input: [Int], to output: [Int]) { (self.input, self.output) = (input, output) }

  func callAsFunction(_ map: [Float]) -> [Float] {
    var (extents, map) = (input, map)
    // Along rows first, as a row serves several.
    for axis in extents.indices.reversed() where extents[axis] != output[axis] {
      map = Self.stretched(map, extents, along: axis, to: output[axis])
      extents[axis] = output[axis]
    }
    return map
  }

  private static func stretched(_ map: [Float], _ extents: [Int], along axis: Int, to output: Int) -> [Float]
  {
    let (count, inner) = (extents[axis], extents[(axis + 1)...].reduce(1, *))
    let outer = extents[..<axis].reduce(1, *)
    let scale = Float(count) / Float(output)
    var result: [Float] = []
    result.reserveCapacity(outer * output * inner)
    for start in stride(from: 0, to: outer * count * inner, by: count * inner) {
      for index in 0..<output {
        let position = min(max((Float(index) + 0.5) * scale - 0.5, 0), Float(count - 1))
        let lower = Int(position)
        let share = position - Float(lower)
        let (a, b) = (start + lower * inner, start + min(lower + 1, count - 1) * inner)
        for element in 0..<inner { result.append(map[a + element] * (1 - share) + map[b + element] * share) }
      }
    }
    return result
  }
}

extension [Float] {
  /// The numbers scaled from their smallest to their largest to 0…1; equal ones become 0.
  func scaledToUnit() -> [Float] {
    guard let low = self.min(), let high = self.max(), high > low else { return map { _ in 0 } }
    return map { ($0 - low) / (high - low) }
  }
}
