/// Simple linear iterative clustering: k-means of pixels by color and position, each center looking around itself alone (Achanta et al., "SLIC
/// Superpixels Compared to State-of-the-Art Superpixel Methods", 2012).
///
/// Colors are the input's own channels as shares of its range, not CIELAB, since a network's input need not be an image. Regions that
/// are not connected, or smaller than a quarter of the usual, are joined to a neighbor.
struct SLIC {
  /// About how many regions there will be.
  let count: Int
  /// How much position counts beside color: the difference of color that is worth the distance of two centers.
  let compactness: Float
  private static let rounds = 10

  private struct Center {
    var color: [Float]
    var x: Float
    var y: Float
  }

  /// The regions of an image; `values` are its elements.
  func regions(of values: [Float], _ places: InputPlaces) -> Regions {
    let (height, width) = (places.extents[0], places.extents[1])
    let range = (values.max() ?? 0) - (values.min() ?? 0)
    let colors = (0..<places.count).map { place in
      places.elements(of: place).map { range > 0 ? values[$0] / range : 0 }
    }
    let side = max((Float(places.count) / Float(count)).squareRoot(), 1)
    let (rows, columns) = (
      max(Int((Float(height) / side).rounded()), 1), max(Int((Float(width) / side).rounded()), 1)
    )
    var centers = (0..<rows * columns).map { index in
      let y = (Float(index / columns) + 0.5) * Float(height) / Float(rows)
      let x = (Float(index % columns) + 0.5) * Float(width) / Float(columns)
      return Center(color: colors[Int(y) * width + Int(x)], x: x, y: y)
    }
    let weight = compactness * compactness / (side * side)
    var labels = [Int](repeating: 0, count: places.count)
    for _ in 0..<Self.rounds {
      var distances = [Float](repeating: .infinity, count: places.count)
      for (label, center) in centers.enumerated() {
        func reach(_ position: Float, _ extent: Int) -> Range<Int> {
          max(Int(position - 2 * side), 0)..<min(Int(position + 2 * side) + 1, extent)
        }
        for y in reach(center.y, height) {
          for x in reach(center.x, width) {
            let place = y * width + x
            let (dx, dy) = (Float(x) + 0.5 - center.x, Float(y) + 0.5 - center.y)
            var distance = weight * (dx * dx + dy * dy)
            for channel in 0..<places.channels {
              let difference = colors[place][channel] - center.color[channel]
              distance += difference * difference
            }
            if distance < distances[place] { (distances[place], labels[place]) = (distance, label) }
          }
        }
      }
      centers = moved(centers, labels, colors, width: width)
    }
    return Regions(labels: connected(labels, width: width, least: max(Int(side * side / 4), 1)))
  }

  /// The centers in the middle of their pixels; those without any stay.
  private func moved(_ centers: [Center], _ labels: [Int], _ colors: [[Float]], width: Int) -> [Center] {
    var sums = centers.map { _ in (x: 0.0, y: 0.0, count: 0.0) }
    var colorSums = centers.map { $0.color.map { _ in 0.0 } }
    for (place, label) in labels.enumerated() {
      sums[label].x += Double(place % width) + 0.5
      sums[label].y += Double(place / width) + 0.5
      sums[label].count += 1
      for (channel, value) in colors[place].enumerated() { colorSums[label][channel] += Double(value) }
    }
    return centers.indices.map { label in
      let sum = sums[label]
      guard sum.count > 0 else { return centers[label] }
      return Center(
        color: colorSums[label].map { Float($0 / sum.count) }, x: Float(sum.x / sum.count),
        y: Float(sum.y / sum.count))
    }
  }

  /// Numbers of connected regions, from 0 on; small ones are joined to the region before or above them.
  private func connected(_ labels: [Int], width: Int, least: Int) -> [Int] {
    var result = [Int](repeating: -1, count: labels.count)
    var next = 0
    for start in labels.indices where result[start] < 0 {
      // The region beside the first pixel, if there is one yet.
      let beside = start % width > 0 ? result[start - 1] : start >= width ? result[start - width] : -1
      var members = [start]
      result[start] = next
      var position = 0
      while position < members.count {
        let place = members[position]
        position += 1
        let neighbors = [
          place % width > 0 ? place - 1 : nil, place % width < width - 1 ? place + 1 : nil, place - width,
          place + width,
        ]
        for case let neighbor? in neighbors
        where labels.indices ~= neighbor && result[neighbor] < 0 && labels[neighbor] == labels[start] {
          result[neighbor] = next
          members.append(neighbor)
        }
      }
      if members.count < least, beside >= 0 {
        for member in members { result[member] = beside }
      } else {
        next += 1
      }
    }
    return result
  }
}
