/// How resizing makes each element of an axis from elements of the axis before.
package struct ResamplingRule: Sendable {
  /// Which elements around a position count, and how much.
  package enum Filter: Sendable {
    case nearest(NearestRounding)
    case linear
    /// Keys' cubic convolution; its coefficient is usually −0.75 or −0.5.
    case cubic(coefficient: Float)
  }

  /// Which of two neighbors is the nearest.
  package enum NearestRounding: String, Sendable {
    case roundPreferFloor = "round_prefer_floor"
    case roundPreferCeiling = "round_prefer_ceil"
    case floor
    case ceiling = "ceil"

    fileprivate func callAsFunction(_ position: Float) -> Float {
      switch self {
      case .roundPreferFloor: (position - 0.5).rounded(.up)
      case .roundPreferCeiling: (position + 0.5).rounded(.down)
      case .floor: position.rounded(.down)
      case .ceiling: position.rounded(.up)
      }
    }
  }

  /// Where an element of the result lies in the input.
  package enum Coordinates: String, Sendable {
    case halfPixel = "half_pixel"
    case halfPixelSymmetric = "half_pixel_symmetric"
    case pytorchHalfPixel = "pytorch_half_pixel"
    case alignCorners = "align_corners"
    case asymmetric
    case tensorFlowHalfPixel = "tf_half_pixel_for_nn"
    /// A part of the axis, from `Axis.start` to `Axis.end`; what lies beyond the axis is filled.
    case tensorFlowCropAndResize = "tf_crop_and_resize"
  }

  package var filter: Filter
  package var coordinates: Coordinates
  /// Whether taps beyond the edge count nothing instead of repeating the edge.
  package var excludesOutside: Bool
  /// Into how many steps the way from one element to the next is divided; nil for any number.
  package var fractionSteps: Float?
  /// Whether the filter is widened where an axis shrinks, so that all elements count.
  package var isAntialiased: Bool

  package init(
    filter: Filter, coordinates: Coordinates, excludesOutside: Bool = false, isAntialiased: Bool = false
  ) {
    self.filter = filter
    self.coordinates = coordinates
    self.excludesOutside = excludesOutside
    self.isAntialiased = isAntialiased
  }

  /// One axis that is resampled.
  package struct Axis: Sendable {
    package let input: Int
    package let output: Int
    package let scale: Float
    /// The part that is cropped, from 0 to 1, where the coordinates ask for one.
    package let start: Float
    package let end: Float

    package init(input: Int, output: Int, scale: Float, start: Float = 0, end: Float = 1) {
      self.input = input
      self.output = output
      self.scale = scale
      self.start = start
      self.end = end
    }
  }

  /// The matrix, output × input, that resamples an axis.
  package func matrix(_ axis: Axis) -> Tensor {
    var values = [Float](repeating: 0, count: axis.output * axis.input)
    for index in 0..<axis.output {
      let row = index * axis.input
      guard !isOutside(index, axis) else { continue }
      var taps = taps(at: position(of: index, axis), scale: axis.scale)
      if excludesOutside {
        taps.removeAll { !(0..<axis.input ~= $0.index) }
        let total = taps.reduce(0) { $0 + $1.weight }
        if total != 0 { for index in taps.indices { taps[index].weight /= total } }
      }
      for tap in taps { values[row + min(max(tap.index, 0), axis.input - 1)] += tap.weight }
    }
    return Tensor(shape: [axis.output, axis.input], values: values)
  }

  /// Whether an element of the result is made of nothing, and filled.
  package func isOutside(_ index: Int, _ axis: Axis) -> Bool {
    guard coordinates == .tensorFlowCropAndResize else { return false }
    let position = position(of: index, axis)
    return position < 0 || position > Float(axis.input - 1)
  }

  private func position(of index: Int, _ axis: Axis) -> Float {
    let x = Float(index)
    // Not rounded down as the result's extent is.
    let output = axis.scale * Float(axis.input)
    switch coordinates {
    case .halfPixel: return (x + 0.5) / axis.scale - 0.5
    case .halfPixelSymmetric:
      let center = Float(axis.input) / 2
      let offset = center * (1 - Float(axis.output) / (axis.scale * Float(axis.input)))
      return offset + (x + 0.5) / axis.scale - 0.5
    case .pytorchHalfPixel: return axis.output > 1 ? (x + 0.5) / axis.scale - 0.5 : 0
    case .alignCorners: return output == 1 ? 0 : x * Float(axis.input - 1) / (output - 1)
    case .tensorFlowCropAndResize:
      let last = Float(axis.input - 1)
      let span = (axis.end - axis.start) * last
      return axis.start * last + (output == 1 ? span / 2 : x * span / (output - 1))
    case .asymmetric: return x / axis.scale
    case .tensorFlowHalfPixel: return (x + 0.5) / axis.scale
    }
  }

  private func taps(at position: Float, scale: Float) -> [(index: Int, weight: Float)] {
    if isAntialiased, let taps = antialiasedTaps(at: position, scale: min(scale, 1)) { return taps }
    let lower = position.rounded(.down)
    let t = fractionSteps.map { ((position - lower) * $0).rounded() / $0 } ?? position - lower
    switch filter {
    case .nearest(let rounding): return [(Int(rounding(position)), 1)]
    case .linear: return [(Int(lower), 1 - t), (Int(lower) + 1, t)]
    case .cubic(let a):
      let weights = [
        ((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a,
        ((a + 2) * t - (a + 3)) * t * t + 1,
        ((a + 2) * (1 - t) - (a + 3)) * (1 - t) * (1 - t) + 1,
        ((a * (2 - t) - 5 * a) * (2 - t) + 8 * a) * (2 - t) - 4 * a,
      ]
      return weights.enumerated().map { (Int(lower) - 1 + $0, $1) }
    }
  }

  /// The taps of a filter that is as much wider as the axis shrinks; nil for the nearest element, which has none.
  private func antialiasedTaps(at position: Float, scale: Float) -> [(index: Int, weight: Float)]? {
    let radius: Float
    let weight: (Float) -> Float
    switch filter {
    case .nearest: return nil
    case .linear: (radius, weight) = (1, { max(1 - $0, 0) })
    case .cubic(let a):
      (radius, weight) = (
        2,
        { x in
          if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
          return x < 2 ? a * ((x - 5) * x * x + 8 * x - 4) : 0
        }
      )
    }
    let reach = radius / scale
    let taps = (Int((position - reach).rounded(.down))...Int((position + reach).rounded(.up))).map {
      (index: $0, weight: weight(abs(Float($0) - position) * scale))
    }
    let total = taps.reduce(0) { $0 + $1.weight }
    return taps.map { ($0.index, $0.weight / total) }
  }
}

extension Value {
  /// The value with one axis multiplied by a constant matrix, output × input.
  package func multiplied(along axis: Int, by matrix: Tensor) -> Value {
    var result = shape
    result[axis] = matrix.shape[0]
    let (outer, inner) = (shape[..<axis].reduce(1, *), shape[(axis + 1)...].reduce(1, *))
    let constant = builder.constant(matrix)
    guard inner > 1 else {
      return reshaped(to: [outer, shape[axis]]).applying(MatrixProduct(transposesRight: true), constant)
        .reshaped(to: result)
    }
    return constant.applying(MatrixProduct(), reshaped(to: [outer, shape[axis], inner])).reshaped(to: result)
  }
}
