/// How pixels between pixels are found when an image changes its size: Pillow's filters of the same names.
public enum ResamplingFilter: String, Sendable, CaseIterable, Codable {
  /// The pixel whose center is nearest; nothing is mixed.
  case nearest
  /// A triangle, widened to cover what a smaller image leaves out (antialiased).
  case bilinear
  /// Keys's cubic convolution with a = −0.5, widened in the same way.
  case bicubic

  /// The distance at which the filter becomes zero, in pixels.
  var support: Double {
    switch self {
    case .nearest: 0.5
    case .bilinear: 1
    case .bicubic: 2
    }
  }

  /// The weight of a pixel at a distance.
  func weight(_ distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    case .nearest: return x <= 0.5 ? 1 : 0
    case .bilinear: return x < 1 ? 1 - x : 0
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    }
  }
}

/// For each position along one axis of the result: where its source pixels start and how much each of them
/// counts.
struct ResamplingWeights {
  /// The first source pixel of each position.
  private(set) var starts: [Int] = []
  /// The number of source pixels of each position.
  private(set) var counts: [Int] = []
  /// The weights: position `i`'s are at `i * capacity`, and sum to 1.
  private(set) var values: [Double]
  /// The largest possible count.
  let capacity: Int

  /// The weights for a change from `source` pixels to `target` pixels.
  init(from source: Int, to target: Int, _ filter: ResamplingFilter) {
    let scale = Double(source) / Double(target)
    let widening = max(scale, 1)
    let support = filter.support * widening
    capacity = Int(support.rounded(.up)) * 2 + 1
    values = [Double](repeating: 0, count: target * capacity)
    for position in 0..<target {
      let center = (Double(position) + 0.5) * scale
      let start = max(Int(center - support + 0.5), 0)
      let count = min(Int(center + support + 0.5), source) - start
      var sum = 0.0
      for index in 0..<count {
        let weight = filter.weight((Double(index + start) - center + 0.5) * (1 / widening))
        values[position * capacity + index] = weight
        sum += weight
      }
      if sum != 0 { for index in 0..<count { values[position * capacity + index] /= sum } }
      starts.append(start)
      counts.append(count)
    }
  }

  /// Whether the columns are resampled before the rows.
  ///
  /// The result depends on it by rounding alone. This is the rule of Pillow 13, found by trying all sizes up
  /// to 70; earlier versions begin with the rows always.
  static func startsWithColumns(from source: (width: Int, height: Int), to target: (width: Int, height: Int))
    -> Bool
  {
    target.height < source.height && source.height - target.height > 2 * (source.width - target.width)
  }

  /// The bits after the point of the fixed-point weights.
  static let fractionBits = 32 - 8 - 2

  /// The weights in fixed point, rounded half away from zero.
  var fixedPoint: [Int32] {
    values.map { Int32(($0 < 0 ? -0.5 : 0.5) + $0 * Double(1 << ResamplingWeights.fractionBits)) }
  }
}
