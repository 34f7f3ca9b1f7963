internal import Saliency

/// The box in which a map is denser than elsewhere: the spatial scan statistic of Kulldorff (1997), m ln(m/a) + (1−m) ln((1−m)/(1−a)) for the share m of
/// the map and the share a of the area.
enum PlaceScan {
  /// - Parameters:
  ///   - values: magnitudes, row by row, not all zero.
  ///   - areaLimit: the largest share of the area that a box may have.
  /// - Returns: the box in cells of the map.
  static func densest(_ values: [Double], width: Int, height: Int, areaLimit: Double) -> Region.Box {
    // Sums from the corner, so that any box costs four numbers.
    let across = width + 1
    var sums = [Double](repeating: 0, count: across * (height + 1))
    for row in 0..<height {
      for column in 0..<width {
        sums[(row + 1) * across + column + 1] =
          values[row * width + column] + sums[row * across + column + 1] + sums[(row + 1) * across + column]
          - sums[row * across + column]
      }
    }
    let (total, cells) = (sums[sums.count - 1], Double(width * height))
    var best: (score: Double, box: Region.Box) = (
      -1, Region.Box(left: 0, top: 0, right: max(1, width / 4), bottom: max(1, height / 4))
    )
    guard total > 0 else { return best.box }
    sums.withUnsafeBufferPointer { sums in
      for top in 0..<height {
        for bottom in top + 1...height {
          for left in 0..<width {
            for right in left + 1...width {
              let area = Double((bottom - top) * (right - left)) / cells
              guard area <= areaLimit else { break }
              let mass =
                (sums[bottom * across + right] - sums[top * across + right] - sums[bottom * across + left]
                  + sums[top * across + left]) / total
              guard mass > area else { continue }
              var score = mass * logarithm(mass / area)
              if mass < 1 { score += (1 - mass) * logarithm((1 - mass) / (1 - area)) }
              if score > best.score {
                best = (score, Region.Box(left: left, top: top, right: right, bottom: bottom))
              }
            }
          }
        }
      }
    }
    return best.box
  }

  /// The same box in pixels of an image.
  static func scaled(
    _ box: Region.Box, from cells: (width: Int, height: Int), to size: (width: Int, height: Int)
  ) -> Region.Box {
    func edge(_ place: Int, _ cells: Int, _ side: Int) -> Int { (place * side + cells / 2) / cells }
    var scaled = Region.Box(
      left: edge(box.left, cells.width, size.width), top: edge(box.top, cells.height, size.height),
      right: edge(box.right, cells.width, size.width), bottom: edge(box.bottom, cells.height, size.height))
    scaled.right = max(scaled.right, scaled.left + 1)
    scaled.bottom = max(scaled.bottom, scaled.top + 1)
    return scaled
  }
}
