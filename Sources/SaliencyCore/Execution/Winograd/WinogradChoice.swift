/// How large the tiles of a convolution by Winograd's algorithm are.
///
/// A tile of 4×4 takes a quarter of the multiplications of the direct sum, and its error is twice as large; one of 2×2 takes 4/9, and is as
/// exact. Larger tiles pay for their transforms where channels are many, and their kernels, four times as large, where tiles are.
enum WinogradTile: Int, CaseIterable, Sendable {
  case two = 2
  case four = 4

  /// Products of one input channel with one output channel in a tile.
  private var points: Double { self == .four ? 36 : 16 }

  /// What transforming a channel of a tile costs, counted in multiplications of a sum.
  private var transformCost: Double { self == .four ? 500 : 160 }

  /// So many tiles take the time in which the transformed kernels come from memory.
  private static let leastTiles = 9.0

  /// What it has to spare of the direct sum's time.
  private static let worthwhile = 0.85

  /// What an image costs, counted in multiplications of a sum.
  private func cost(inputs: Double, outputs: Double, extents: [Int]) -> Double {
    let tiles = extents.reduce(1.0) { $0 * Double(($1 + rawValue - 1) / rawValue) }
    return points * inputs * outputs * max(tiles, Self.leastTiles)
      + tiles * transformCost * (inputs + outputs)
  }

  /// The tile for which an image takes the least time; nil where that is the direct sum's.
  ///
  /// It follows from one image alone, so that it has the same bytes in any batch.
  static func fastest(inputs: Int, outputs: Int, extents: [Int]) -> WinogradTile? {
    let (inputs, outputs) = (Double(inputs), Double(outputs))
    let direct = extents.reduce(9 * inputs * outputs) { $0 * Double($1) }
    func cost(_ tile: WinogradTile) -> Double {
      tile.cost(inputs: inputs, outputs: outputs, extents: extents)
    }
    guard let best = allCases.min(by: { cost($0) < cost($1) }), cost(best) < Self.worthwhile * direct else {
      return nil
    }
    return best
  }
}
