/// The random masks of RISE: coarse grids of cells that let the input through or not, enlarged smoothly and moved at random.
struct RandomMasks {
  /// The cells along the longer side.
  let cells: Int
  /// The share of cells that let the input through.
  let share: Float

  /// A grid of cells one larger than asked for, enlarged linearly and cut at a random place.
  func mask(height: Int, width: Int, using random: inout SplitMix64) -> [Float] {
    let side = (max(height, width) + cells - 1) / cells
    // Enough that no place of the cut is beyond the last cell.
    let (rows, columns) = ((height + side - 1) / side + 2, (width + side - 1) / side + 2)
    let grid = (0..<rows * columns).map { _ -> Float in random.nextShare() < Double(share) ? 1 : 0 }
    let (top, left) = (Int.random(in: 0..<side, using: &random), Int.random(in: 0..<side, using: &random))
    let scale = 1 / Float(side)
    return (0..<height).flatMap { y in
      (0..<width).map { x in
        let (row, column) = (Float(y + top) * scale, Float(x + left) * scale)
        let (r, c) = (min(Int(row), rows - 2), min(Int(column), columns - 2))
        let (v, u) = (row - Float(r), column - Float(c))
        let upper = grid[r * columns + c] * (1 - u) + grid[r * columns + c + 1] * u
        let lower = grid[(r + 1) * columns + c] * (1 - u) + grid[(r + 1) * columns + c + 1] * u
        return upper * (1 - v) + lower * v
      }
    }
  }
}
