extension Image {
  /// The image as a file of outlines holds it in an area: with all its pixels, and with no fewer than the area has.
  func detailed(in area: Page.Area, filter: ResamplingFilter) throws(ImageError) -> Image {
    guard width < area.width || height < area.height else { return self }
    return try resized(
      width: max(width, area.width), height: max(height, area.height), filter: filter)
  }
}

/// A line through points in one color.
struct StrokedPath {
  var points: [Page.Stroke.Point]
  let thickness: Float
  let color: Color
}

extension [Page.Stroke] {
  /// The strokes as lines that are as long as thickness and color stay the same.
  var paths: [StrokedPath] {
    var paths: [StrokedPath] = []
    for stroke in self {
      if let last = paths.last, last.points.last == stroke.start, last.thickness == stroke.thickness,
        last.color == stroke.color
      {
        paths[paths.count - 1].points.append(stroke.end)
      } else {
        paths.append(
          StrokedPath(points: [stroke.start, stroke.end], thickness: stroke.thickness, color: stroke.color))
      }
    }
    return paths
  }
}

extension Float {
  /// The number with up to three decimals, as SVG and PDF read it.
  var decimals: String { Double(self).decimals }
}

extension Double {
  /// The number with up to three decimals, as SVG and PDF read it.
  var decimals: String {
    let thousandths = Int((Swift.abs(self) * 1000).rounded())
    guard thousandths != 0 else { return "0" }
    var digits = String(thousandths % 1000)
    digits = String(repeating: "0", count: 3 - digits.count) + digits
    while digits.hasSuffix("0") { digits.removeLast() }
    return (self < 0 ? "-" : "") + "\(thousandths / 1000)" + (digits.isEmpty ? "" : "." + digits)
  }
}
