internal import Saliency

/// A map as a vector that can be compared with others: smoothed magnitudes of unit length.
struct MapVector: Sendable {
  let width: Int
  let height: Int
  /// The smoothed magnitudes, row by row; their squares add up to 1.
  let values: [Double]

  /// The longest side. A larger map is shrunk by the bilinear filter first.
  static let longestSide = 32
  /// The standard deviation of the Gaussian that smooths, in cells.
  static let blur = 1.0

  /// - Returns: nil where the map is zero everywhere.
  init?(_ map: HeatMap) throws {
    let longest = max(map.width, map.height)
    func side(_ length: Int) -> Int {
      longest <= Self.longestSide ? length : max(1, (length * Self.longestSide + longest / 2) / longest)
    }
    (width, height) = (side(map.width), side(map.height))
    let magnitudes = try HeatMap(width: map.width, height: map.height, values: map.values.map(abs))
    let small = try magnitudes.resized(width: width, height: height)
    let smooth = Self.smoothed(small.values.map(Double.init), width: width, height: height)
    let length = smooth.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > 0, length.isFinite else { return nil }
    values = smooth.map { $0 / length }
  }

  /// A Gaussian along both axes, whose weights add up to 1 at the edges too.
  static func smoothed(_ values: [Double], width: Int, height: Int) -> [Double] {
    let (across, down) = (weights(width), weights(height))
    var rows = [Double](repeating: 0, count: values.count)
    for row in 0..<height {
      for column in 0..<width {
        for (source, weight) in across[column] {
          rows[row * width + column] += weight * values[row * width + source]
        }
      }
    }
    var smooth = [Double](repeating: 0, count: values.count)
    for row in 0..<height {
      for (source, weight) in down[row] {
        for column in 0..<width { smooth[row * width + column] += weight * rows[source * width + column] }
      }
    }
    return smooth
  }

  /// For each place those that it is made of, with their weights.
  private static func weights(_ length: Int) -> [[(source: Int, weight: Double)]] {
    let reach = Int((3 * blur).rounded(.up))
    return (0..<length).map { place in
      let sources = max(0, place - reach)...min(length - 1, place + reach)
      let weights = sources.map { exponential(-Double(($0 - place) * ($0 - place)) / (2 * blur * blur)) }
      let sum = weights.reduce(0, +)
      return zip(sources, weights).map { ($0, $1 / sum) }
    }
  }
}
