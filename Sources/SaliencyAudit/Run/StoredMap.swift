internal import Saliency

/// A map as it is kept: small, and in half precision.
struct StoredMap: Sendable, Equatable {
  let width: Int
  let height: Int
  /// What the numbers are multiplied by: the largest magnitude, so that half precision suits whatever the map's own size is. 0 where all are 0.
  let scale: Float
  /// The numbers by `scale`, −1…1, row by row, as half-precision numbers with the low byte first.
  let values: [UInt8]

  /// The longest side that is kept.
  static let maximumSide = 64

  /// Shrinks a map whose longer side is longer than that, in which the numbers are averaged.
  init(_ map: HeatMap) throws {
    let longest = max(map.width, map.height)
    func side(_ length: Int) -> Int {
      longest <= Self.maximumSide ? length : max(1, (length * Self.maximumSide + longest / 2) / longest)
    }
    let small = try map.resized(width: side(map.width), height: side(map.height))
    (width, height) = (small.width, small.height)
    let scale = small.values.reduce(0) { max($0, abs($1)) }
    self.scale = scale
    values = small.values.flatMap { value -> [UInt8] in
      let bits = Float16(scale > 0 ? value / scale : 0).bitPattern
      return [UInt8(bits & 0xFF), UInt8(bits >> 8)]
    }
  }

  init(width: Int, height: Int, scale: Float, values: [UInt8]) {
    (self.width, self.height, self.scale, self.values) = (width, height, scale, values)
  }

  /// The map's numbers.
  func map() throws -> HeatMap {
    let numbers = stride(from: 0, to: values.count - 1, by: 2).map {
      Float(Float16(bitPattern: UInt16(values[$0]) | UInt16(values[$0 + 1]) << 8)) * scale
    }
    return try HeatMap(width: width, height: height, values: numbers)
  }
}
