extension HeatMap {
  /// The map as an image.
  ///
  /// Numbers are scaled as ``normalized(percentile:scaling:)`` says. In a diverging color map zero has the
  /// neutral color of the middle; in any other, zero has the lowest color, and of a signed map the
  /// magnitudes are shown.
  ///
  /// - Throws: `ImageError` when `percentile` is not between 0 and 100.
  public func rendered(
    colorMap: ColorMap = .inferno, percentile: Double = 99, scaling: Scaling = .automatic
  ) throws(ImageError) -> Image {
    try normalized(percentile: percentile, scaling: scaling).colored(colorMap)
  }

  /// The image of a map that is scaled already.
  package func colored(_ colorMap: ColorMap) -> Image {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * values.count)
    for value in values {
      let color = colorMap[colorMap.isDiverging ? (value + 1) / 2 : abs(value)]
      pixels.append(color.red)
      pixels.append(color.green)
      pixels.append(color.blue)
    }
    return Image(width: width, height: height, pixels: pixels)
  }
}

/// How a heat map lies over an image.
public struct OverlayStyle: Sendable, Hashable {
  /// How opaque the heat map is where it is strongest, 0 to 1.
  public var alpha: Float
  /// Whether weak places are more transparent than strong ones.
  ///
  /// If so, a pixel's opacity is `alpha` times its magnitude: the image stays visible wherever nothing
  /// matters, and weak noise does not dirty it. If not, all of the image lies under the same veil.
  public var followsValues: Bool
  /// Whether the image is shown in muted grays, so that all colors, black and white are those of the
  /// heat map.
  public var isGray: Bool

  /// An overlay; the default is the one that figures use.
  public init(alpha: Float = 0.9, followsValues: Bool = true, isGray: Bool = true) {
    self.alpha = alpha
    self.followsValues = followsValues
    self.isGray = isGray
  }
}

extension Image {
  /// The image with a heat map over it; a map of another size is stretched smoothly to the image's.
  ///
  /// - Throws: `ImageError` when `percentile` is not between 0 and 100, or `style.alpha` not between 0 and 1.
  public func overlaid(
    with heatMap: HeatMap, colorMap: ColorMap = .inferno, percentile: Double = 99,
    scaling: HeatMap.Scaling = .automatic, style: OverlayStyle = OverlayStyle()
  ) throws(ImageError) -> Image {
    try overlaid(
      with: heatMap.normalized(percentile: percentile, scaling: scaling), colorMap: colorMap, style: style)
  }

  /// The image with a heat map over it that is scaled already.
  ///
  /// Scaling comes before stretching, so that the colors mean the same as in the unstretched map.
  func overlaid(
    with scaled: HeatMap, colorMap: ColorMap, style: OverlayStyle
  ) throws(ImageError) -> Image {
    guard style.alpha >= 0, style.alpha <= 1 else {
      throw ImageError(.invalidArgument, "the overlay's alpha \(style.alpha) is not between 0 and 1")
    }
    let stretched = try scaled.resized(width: width, height: height)
    var result = style.isGray ? muted() : self
    let heat = stretched.colored(colorMap)
    for (index, value) in stretched.values.enumerated() {
      let alpha = style.followsValues ? style.alpha * min(abs(value), 1) : style.alpha
      for offset in 3 * index..<3 * index + 3 {
        let below = Float(result.pixels[offset])
        result.pixels[offset] = UInt8((below + (Float(heat.pixels[offset]) - below) * alpha).rounded())
      }
    }
    return result
  }

  /// The image in grays from 40 to 193: darker and lighter colors are left to what is drawn over it.
  func muted() -> Image {
    var result = gray()
    for index in result.pixels.indices {
      result.pixels[index] = UInt8(40 + Int(result.pixels[index]) * 3 / 5)
    }
    return result
  }
}
