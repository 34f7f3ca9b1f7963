internal import Saliency

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// What is told of a map by numbers, all of which are about its magnitudes |a|.
struct MapNumbers: Sendable, Equatable {
  /// Σ|a| inside the mask by Σ|a|; nil where there is no mask.
  var inside: Double?
  /// Σ|a| within a tenth of the width or height of the edge, by Σ|a|.
  let border: Double
  /// The mean place, from 0 at the left to 1 at the right.
  let centerX: Double
  /// The mean place, from 0 at the top to 1 at the bottom.
  let centerY: Double
  /// The root of the mean squared distance from the center, in parts of the sides.
  let spread: Double
  /// −Σ p ln p of the shares p = |a| / Σ|a|, which is what the metric `complexity` measures.
  let entropy: Double
  /// The Gini index of the magnitudes, which is what the metric `sparseness` measures.
  let sparseness: Double

  /// How much of a side belongs to the border.
  static let borderWidth = 0.1

  init(
    inside: Double?, border: Double, centerX: Double, centerY: Double, spread: Double, entropy: Double,
    sparseness: Double
  ) {
    (self.inside, self.border, self.centerX, self.centerY) = (inside, border, centerX, centerY)
    (self.spread, self.entropy, self.sparseness) = (spread, entropy, sparseness)
  }

  /// - Parameters:
  ///   - map: the map in the size of the network's input.
  ///   - mask: which of its places are inside; nil where there is no mask, or it has other places.
  /// - Returns: nil where the map is zero everywhere, and has no shares.
  init?(_ map: HeatMap, mask: [Bool]?) {
    let magnitudes = map.values.map { Double(abs($0)) }
    let sum = magnitudes.reduce(0, +)
    guard sum > 0 else { return nil }
    let (width, height) = (Double(map.width), Double(map.height))
    var (atBorder, x, y, squares, entropy) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for row in 0..<map.height {
      let placeY = (Double(row) + 0.5) / height
      let isOuterRow = min(placeY, 1 - placeY) < Self.borderWidth
      for column in 0..<map.width {
        let share = magnitudes[row * map.width + column] / sum
        guard share > 0 else { continue }
        let placeX = (Double(column) + 0.5) / width
        if isOuterRow || min(placeX, 1 - placeX) < Self.borderWidth { atBorder += share }
        x += share * placeX
        y += share * placeY
        squares += share * (placeX * placeX + placeY * placeY)
        entropy -= share * log(share)
      }
    }
    if let mask, mask.count == magnitudes.count {
      inside = zip(magnitudes, mask).reduce(0) { $1.1 ? $0 + $1.0 : $0 } / sum
    }
    (border, centerX, centerY, self.entropy) = (atBorder, x, y, entropy)
    spread = max(squares - x * x - y * y, 0).squareRoot()
    let count = Double(magnitudes.count)
    sparseness =
      magnitudes.sorted().enumerated().reduce(0) {
        $0 + (2 * Double($1.offset + 1) - count - 1) * $1.element
      } / (count * sum)
  }
}
