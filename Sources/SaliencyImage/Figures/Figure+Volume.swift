extension Figure {
  /// The figure of a volume: slices through its depth in a grid, each with the attributions over it.
  ///
  /// All slices share one scale of grays and one of colors. Where there are more slices than are shown, these lie at even
  /// distances, the first and the last among them.
  ///
  /// - Parameters:
  ///   - volume: the numbers of the volume, slice by slice, row by row; the least is drawn black, the greatest white.
  ///   - attributions: a number for each of them: how much it matters.
  ///   - size: the numbers of slices, rows and columns.
  ///   - maximumSlices: how many slices are shown at most.
  ///   - colorMap: the colors; where nil, blue-white-red where attributions have signs and inferno where not.
  ///   - percentile: the percentile of the attributions' magnitudes, over the whole volume, that becomes the strongest color.
  ///   - scaling: how attributions become shares of the strongest one.
  ///   - style: how the attributions lie over the slices.
  ///   - caption: the text below all.
  ///   - panelSides: the length of a slice's longer side, in pixels.
  /// - Throws: `ImageError` where the size and the numbers do not fit, a number is not finite or out of its range, or no
  ///   slice was asked for.
  public init(
    volume: [Float], attributions: [Float], size: (depth: Int, height: Int, width: Int),
    maximumSlices: Int = 12, colorMap: ColorMap? = nil, percentile: Double = 99,
    scaling: HeatMap.Scaling = .automatic, style: OverlayStyle = OverlayStyle(), caption: String? = nil,
    panelSides: ClosedRange<Int> = 144...224
  ) throws(ImageError) {
    let (depth, height, width) = size
    guard depth > 0, height > 0, width > 0 else {
      throw ImageError(
        .invalidArgument, "a volume of \(depth)×\(height)×\(width) was given; each side is at least 1")
    }
    guard maximumSlices >= 1 else {
      throw ImageError(
        .invalidArgument, "a figure of \(maximumSlices) slices was asked for; it has at least one")
    }
    let (rows, isTooHigh) = depth.multipliedReportingOverflow(by: height)
    let (count, isTooLarge) = rows.multipliedReportingOverflow(by: width)
    guard !isTooHigh, !isTooLarge, count == volume.count, count == attributions.count else {
      throw ImageError(
        .invalidArgument,
        "a volume of \(depth)×\(height)×\(width) does not have \(volume.count) numbers and \(attributions.count) "
          + "attributions")
    }
    try checkFinite(volume, "number", "of the volume")
    try checkFinite(attributions, "attribution", "of the volume")

    // One map of all slices, one below the other, so that they are scaled together.
    let map = try HeatMap(width: width, height: rows, values: attributions)
    let scaled = try map.normalized(percentile: percentile, scaling: scaling)
    let colors = colorMap ?? (map.isSigned(scaling) ? .blueWhiteRed : .inferno)
    let (low, high) = (volume.min()!, volume.max()!)
    let shown = min(depth, maximumSlices)
    var panels: [Panel] = []
    for position in 0..<shown {
      let z = shown == 1 ? depth / 2 : (position * (depth - 1) + (shown - 1) / 2) / (shown - 1)
      let part = z * height * width..<(z + 1) * height * width
      let image = Image(width: width, height: height, grays: volume[part], from: low, to: high)
      let slice = try HeatMap(width: width, height: height, values: Array(scaled.values[part]))
      panels.append(
        Panel(
          title: "z = \(z)", image: try image.overlaid(with: slice, colorMap: colors, style: style)))
    }
    let texts = [map.zeroNote(scaling: scaling).map { "attributions: " + $0 }, caption].compactMap(\.self)
    try self.init(
      sheet: panels, caption: texts.isEmpty ? nil : texts.joined(separator: " · "),
      colorBars: [ColorBar(colorMap: colors, of: [map], percentile: percentile, scaling: scaling)],
      panelSides: panelSides)
  }
}

extension Image {
  /// Numbers as grays, from `low` in black to `high` in white, and all mid-gray where these are the same.
  fileprivate init(width: Int, height: Int, grays: ArraySlice<Float>, from low: Float, to high: Float) {
    let range = Double(high) - Double(low)
    self.init(
      width: width, height: height,
      pixels: grays.flatMap { value in
        let gray = range > 0 ? UInt8(((Double(value) - Double(low)) / range * 255).rounded()) : 128
        return [gray, gray, gray]
      })
  }
}
