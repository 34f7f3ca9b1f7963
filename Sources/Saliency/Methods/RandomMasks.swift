/// The random masks of RISE: coarse grids of cells that let the input through or not, enlarged smoothly and moved at random.
struct RandomMasks {
  /// The cells along the longer side.
  let cells: Int
  /// The share of cells that let the input through.
  let share: Float

  /// A grid of cells one larger than asked for along each axis, enlarged linearly and cut at a random place.
  func mask(_ extents: [Int], using random: inout SplitMix64) -> [Float] {
    let side = ((extents.max() ?? 1) + cells - 1) / cells
    // Enough that no place of the cut is beyond the last cell.
    var counts = extents.map { ($0 + side - 1) / side + 2 }
    var mask = (0..<counts.reduce(1, *)).map { _ -> Float in random.nextShare() < Double(share) ? 1 : 0 }
    let starts = extents.map { _ in Int.random(in: 0..<side, using: &random) }
    let scale = 1 / Float(side)
    for axis in extents.indices.reversed() {
      let (count, inner) = (counts[axis], counts[(axis + 1)...].reduce(1, *))
      var enlarged: [Float] = []
      for start in stride(from: 0, to: mask.count, by: count * inner) {
        for place in 0..<extents[axis] {
          let position = Float(place + starts[axis]) * scale
          let cell = min(Int(position), count - 2)
          let share = position - Float(cell)
          let (lower, upper) = (start + cell * inner, start + (cell + 1) * inner)
          for element in 0..<inner {
            enlarged.append(mask[lower + element] * (1 - share) + mask[upper + element] * share)
          }
        }
      }
      mask = enlarged
      counts[axis] = extents[axis]
    }
    return mask
  }
}
