/// A number for each pixel: how much it matters, before any scaling or color.
public struct HeatMap: Sendable, Equatable {
  /// Numbers in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// The numbers, all finite, row by row from the top left: `width * height` of them.
  public let values: [Float]

  /// How numbers become shares of the largest one.
  public enum Scaling: String, Sendable, CaseIterable {
    /// As ``symmetric`` when a number is negative, else as ``positive``.
    case automatic
    /// From 0 to 1; numbers below zero become 0.
    case positive
    /// From −1 to 1, zero staying zero.
    case symmetric
  }

  /// A heat map of given numbers.
  ///
  /// - Throws: `ImageError` when the sides and the number of values do not fit, or when a value is infinite
  ///   or not a number.
  public init(width: Int, height: Int, values: [Float]) throws(ImageError) {
    try Image.check(width: width, height: height)
    guard values.count == width * height else {
      throw ImageError(
        .invalidArgument,
        "a heat map of \(width)×\(height) needs \(width * height) values, but \(values.count) were given")
    }
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw ImageError(
        .nonFinite,
        "the heat map's value at column \(index % width), row \(index / width) is \(values[index]), "
          + "not a finite number"
      )
    }
    self.init(uncheckedWidth: width, height: height, values: values)
  }

  private init(uncheckedWidth width: Int, height: Int, values: [Float]) {
    self.width = width
    self.height = height
    self.values = values
  }

  /// Whether all numbers are zero: there is nothing to see then, and the map's image has one color.
  public var isZero: Bool { values.allSatisfy { $0 == 0 } }

  /// Whether nothing is left to see once the numbers are scaled, since all are zero or, where only positive ones count,
  /// none is above zero: ``normalized(percentile:scaling:)`` gives zeros then.
  public func isZero(scaling: Scaling) -> Bool {
    isSigned(scaling) ? isZero : !values.contains { $0 > 0 }
  }

  /// The number below which a share of `percentile` hundredths of the magnitudes |x| lies, as
  /// `numpy.percentile` interpolates it.
  ///
  /// - Throws: `ImageError` when `percentile` is not between 0 and 100.
  public func magnitude(atPercentile percentile: Double) throws(ImageError) -> Float {
    try Self.percentile(percentile, of: values.map(abs))
  }

  /// The numbers as shares of the largest magnitude, of which the highest may be clipped.
  ///
  /// All numbers are divided by the magnitude at `percentile` and cut off at ±1. Zero stays zero, so that a
  /// map is not stretched downwards: a map of equal positive numbers becomes all ones, a map of zeros stays
  /// all zeros. Where so many numbers are zero that the percentile is zero too, the largest magnitude is used
  /// instead.
  ///
  /// - Throws: `ImageError` when `percentile` is not between 0 and 100.
  public func normalized(
    percentile: Double = 100, scaling: Scaling = .automatic
  ) throws(ImageError) -> HeatMap {
    let isSigned = self.isSigned(scaling)
    let lowest: Float = isSigned ? -1 : 0
    let magnitudes = values.map { isSigned ? abs($0) : max($0, 0) }
    var bound = try Self.percentile(percentile, of: magnitudes)
    if bound == 0 { bound = magnitudes.max()! }
    guard bound > 0 else {
      return HeatMap(uncheckedWidth: width, height: height, values: values.map { _ in 0 })
    }
    return HeatMap(
      uncheckedWidth: width, height: height, values: values.map { min(max($0 / bound, lowest), 1) })
  }

  /// The map at another size, interpolated linearly (and averaged where it shrinks): Pillow's bilinear filter
  /// on floats.
  ///
  /// - Throws: `ImageError` when a side is smaller than 1 or the result would be too large.
  public func resized(width: Int, height: Int) throws(ImageError) -> HeatMap {
    try Image.check(width: width, height: height)
    if ResamplingWeights.startsWithColumns(from: (self.width, self.height), to: (width, height)) {
      try Image.check(width: self.width, height: height)
      return resampledDown(to: height).resampledAcross(to: width)
    }
    try Image.check(width: width, height: self.height)
    return resampledAcross(to: width).resampledDown(to: height)
  }

  private func resampledAcross(to target: Int) -> HeatMap {
    if target == width { return self }
    let plan = ResamplingWeights(from: width, to: target, .bilinear)
    let resampled = (0..<height).flatMap { row in
      (0..<target).map { column in
        let start = row * width + plan.starts[column]
        return plan.sum(at: column) { values[start + $0] }
      }
    }
    return HeatMap(uncheckedWidth: target, height: height, values: resampled)
  }

  private func resampledDown(to target: Int) -> HeatMap {
    if target == height { return self }
    let plan = ResamplingWeights(from: height, to: target, .bilinear)
    let resampled = (0..<target).flatMap { row in
      (0..<width).map { column in
        plan.sum(at: row) { values[(plan.starts[row] + $0) * width + column] }
      }
    }
    return HeatMap(uncheckedWidth: width, height: target, values: resampled)
  }

  /// Whether the numbers are scaled to −1…1.
  func isSigned(_ scaling: Scaling) -> Bool {
    switch scaling {
    case .automatic: values.contains { $0 < 0 }
    case .positive: false
    case .symmetric: true
    }
  }

  private static func percentile(_ percentile: Double, of values: [Float]) throws(ImageError) -> Float {
    guard percentile >= 0, percentile <= 100 else {
      throw ImageError(.invalidArgument, "the percentile \(percentile) is not between 0 and 100")
    }
    if percentile == 100 { return values.max()! }
    let sorted = values.sorted()
    let position = Double(sorted.count - 1) * (percentile / 100)
    let index = Int(position)
    let lower = Double(sorted[index])
    let upper = Double(sorted[min(index + 1, sorted.count - 1)])
    return Float(lower + (upper - lower) * (position - Double(index)))
  }
}

extension ResamplingWeights {
  fileprivate func sum(at position: Int, _ value: (Int) -> Float) -> Float {
    var sum = 0.0
    for index in 0..<counts[position] { sum += Double(value(index)) * values[position * capacity + index] }
    return Float(sum)
  }
}
