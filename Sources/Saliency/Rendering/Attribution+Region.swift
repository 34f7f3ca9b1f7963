import SaliencyCore
import SaliencyImage

extension Attribution {
  /// The places of what is explained that are asked about, where they lie over the image as rows and columns; nil where all are, or there are
  /// none.
  private func region(item: Int) -> (height: Int, width: Int, isInside: [Bool])? {
    let resolved = provenance.resolved
    guard let explained = resolved.explained, units.indices.contains(item) else { return nil }
    let roles = explained.roles.placeAxes.map { explained.roles.axes[$0].role }
    let extents = resolved.placeExtents
    guard roles == [.height, .width], extents.count == 2, !units[item].isEmpty else { return nil }
    var isInside = [Bool](repeating: false, count: extents[0] * extents[1])
    for unit in units[item] {
      guard let positions = unit.places?.positions else { return nil }
      for position in positions { isInside[position] = true }
    }
    return (extents[0], extents[1], isInside)
  }

  /// An image with the asked places outlined, or as it is where there are none; small ones are enlarged, so that lines are thin.
  func outlining(_ image: Image, item: Int) throws -> Image {
    guard let region = region(item: item) else { return image }
    let factor = max((224 + max(image.width, image.height) - 1) / max(image.width, image.height), 1)
    let filter: ResamplingFilter = max(image.width, image.height) < 64 ? .nearest : .bilinear
    let large =
      factor == 1
      ? image
      : try image.resized(width: image.width * factor, height: image.height * factor, filter: filter)
    return large.outlining(rows: region.height, columns: region.width, isInside: region.isInside)
  }
}

extension Image {
  /// The image with the border of a region drawn, white beside black, so that it is seen on anything. Where the region is so small that it would be lost, a
  /// ring is around it.
  ///
  /// - Parameters:
  ///   - rows: rows of cells over the image.
  ///   - columns: columns of cells.
  ///   - isInside: for each cell, row by row, whether it belongs to the region.
  fileprivate func outlining(rows: Int, columns: Int, isInside: [Bool]) -> Image {
    let inside = isInside.indices.filter { isInside[$0] }
    let (top, bottom) = (inside.map { $0 / columns }.min() ?? 0, inside.map { $0 / columns }.max() ?? 0)
    let (left, right) = (inside.map { $0 % columns }.min() ?? 0, inside.map { $0 % columns }.max() ?? 0)
    let size = max((bottom - top + 1) * height / rows, (right - left + 1) * width / columns)
    let least = max(width, height) / 24
    guard size < least else { return bordering(rows: rows, columns: columns, isInside: isInside) }
    return ringed(
      x: Double(left + right + 1) / 2 * Double(width) / Double(columns),
      y: Double(top + bottom + 1) / 2 * Double(height) / Double(rows), radius: Double(least))
  }

  /// How thick lines are on each side of a border.
  private var lineThickness: Int { max(max(width, height) / 200, 1) }

  private func bordering(rows: Int, columns: Int, isInside: [Bool]) -> Image {
    var pixels = pixels
    let (width, height, thickness) = (self.width, self.height, lineThickness)
    let columnOf = (0..<width).map { $0 * columns / width }
    func mark(_ x: Int, _ y: Int, _ isInside: Bool) {
      guard x >= 0, x < width, y >= 0, y < height else { return }
      let first = 3 * (y * width + x)
      for channel in first..<first + 3 { pixels[channel] = isInside ? 255 : 0 }
    }
    for y in 0..<height {
      let (row, next) = (y * rows / height * columns, (y + 1) * rows / height * columns)
      for x in 0..<width {
        let own = isInside[row + columnOf[x]]
        if x + 1 < width, isInside[row + columnOf[x + 1]] != own {
          for distance in 0..<thickness {
            mark(x - distance, y, own)
            mark(x + 1 + distance, y, !own)
          }
        }
        if y + 1 < height, isInside[next + columnOf[x]] != own {
          for distance in 0..<thickness {
            mark(x, y - distance, own)
            mark(x, y + 1 + distance, !own)
          }
        }
      }
    }
    return Image(width: width, height: height, pixels: pixels)
  }

  private func ringed(x: Double, y: Double, radius: Double) -> Image {
    var pixels = pixels
    let thickness = Double(2 * lineThickness)
    let reach = radius + thickness + 1
    for row in max(Int(y - reach), 0)...min(max(Int(y + reach), 0), height - 1) {
      for column in max(Int(x - reach), 0)...min(max(Int(x + reach), 0), width - 1) {
        let (dx, dy) = (Double(column) + 0.5 - x, Double(row) + 0.5 - y)
        let distance = (dx * dx + dy * dy).squareRoot() - radius
        guard abs(distance) <= thickness else { continue }
        let first = 3 * (row * width + column)
        for channel in first..<first + 3 { pixels[channel] = distance < 0 ? 255 : 0 }
      }
    }
    return Image(width: width, height: height, pixels: pixels)
  }
}
