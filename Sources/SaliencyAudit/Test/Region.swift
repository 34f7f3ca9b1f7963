internal import Saliency

/// Pixels of an image.
struct Region: Sendable, Equatable {
  let width: Int
  let height: Int
  /// Whether a pixel belongs to it, row by row.
  let isInside: [Bool]
  /// Left, top, right and bottom, in pixels; nil where it is no box.
  let box: Box?

  /// A box of pixels, from the first to before the last.
  struct Box: Sendable, Equatable {
    var left: Int, top: Int, right: Int, bottom: Int

    var width: Int { right - left }
    var height: Int { bottom - top }
    var area: Int { max(width, 0) * max(height, 0) }

    func intersection(_ other: Box) -> Box {
      Box(
        left: max(left, other.left), top: max(top, other.top), right: min(right, other.right),
        bottom: min(bottom, other.bottom))
    }

    /// The part of both that they share.
    func overlap(_ other: Box) -> Double {
      let both = intersection(other)
      let shared = both.width > 0 && both.height > 0 ? both.area : 0
      return Double(shared) / Double(max(area + other.area - shared, 1))
    }

    /// The box with so many pixels more on each side, as far as there are any.
    func grown(by margin: Int, width: Int, height: Int) -> Box {
      Box(
        left: max(0, left - margin), top: max(0, top - margin), right: min(width, right + margin),
        bottom: min(height, bottom + margin))
    }
  }

  init(_ box: Box, width: Int, height: Int) {
    (self.width, self.height, self.box) = (width, height, box)
    var inside = [Bool](repeating: false, count: width * height)
    for row in box.top..<box.bottom {
      for column in box.left..<box.right { inside[row * width + column] = true }
    }
    isInside = inside
  }

  init(_ isInside: [Bool], width: Int, height: Int) {
    (self.width, self.height, self.isInside, box) = (width, height, isInside, nil)
  }

  /// The frame along the edges, a tenth of the shorter side wide.
  static func frame(width: Int, height: Int) -> Region {
    let thickness = max(1, min(width, height) / 10)
    return Region(
      (0..<width * height).map { place in
        let (row, column) = (place / width, place % width)
        return min(row, column, height - 1 - row, width - 1 - column) < thickness
      }, width: width, height: height)
  }

  /// All other pixels.
  var complement: Region { Region(isInside.map { !$0 }, width: width, height: height) }

  var count: Int { isInside.count(where: \.self) }

  /// A box of as many pixels as the region has, in the middle.
  var middle: Region {
    let side = (Double(count) / Double(width * height)).squareRoot()
    let (across, down) = (max(1, Int(Double(width) * side)), max(1, Int(Double(height) * side)))
    let (left, top) = ((width - across) / 2, (height - down) / 2)
    return Region(
      Box(left: left, top: top, right: left + across, bottom: top + down), width: width, height: height)
  }

  /// A box of the same size elsewhere, apart from this one where there is room, else as far from it as was found.
  func elsewhere(_ random: inout SeededRandom) -> Region {
    guard let box else { return middle }
    var best: (overlap: Double, box: Box) = (.infinity, box)
    for _ in 0..<60 where best.overlap > 0 {
      let (left, top) = (
        random.index(below: width - box.width + 1), random.index(below: height - box.height + 1)
      )
      let other = Box(left: left, top: top, right: left + box.width, bottom: top + box.height)
      let overlap = box.overlap(other)
      if overlap < best.overlap { best = (overlap, other) }
    }
    return Region(best.box, width: width, height: height)
  }
}
