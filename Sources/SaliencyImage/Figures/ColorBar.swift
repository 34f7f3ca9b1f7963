extension Figure {
  /// What the colors of heat maps stand for.
  public struct ColorBar: Sendable, Hashable {
    /// The colors, the last at the top.
    public var colorMap: ColorMap
    /// Labels at even distances, the first at the bottom; those with line breaks are written below each other where there is room.
    public var labels: [String]
    /// The rows of the figure that the bar stands beside, or `nil` for all; what the figure does not have is passed over.
    public var rows: Range<Int>?

    /// A bar of a map's colors; without labels given it says 0, 0.5, 1, or −1, 0, 1 for a diverging map.
    public init(colorMap: ColorMap, labels: [String]? = nil, rows: Range<Int>? = nil) {
      self.colorMap = colorMap
      self.labels = labels ?? (colorMap.isDiverging ? ["−1", "0", "1"] : ["0", "0.5", "1"])
      self.rows = rows
    }

    /// A bar whose ends say what numbers they stand for: 0 and the percentile of the magnitudes that has the strongest color, or of a
    /// diverging map the percentile with either sign. The hundredth is called the maximum.
    public init(colorMap: ColorMap, percentile: Double, rows: Range<Int>? = nil) {
      let end = percentile == 100 ? "maximum" : Self.ordinal(percentile) + "\npercentile"
      self.init(
        colorMap: colorMap, labels: colorMap.isDiverging ? ["−" + end, "0", end] : ["0", end], rows: rows)
    }

    /// A bar for maps that are scaled alike or each by itself; see ``HeatMap/normalized(percentile:scaling:)``, by which the strongest color
    /// is the maximum's where the percentile is 0.
    ///
    /// - Parameters:
    ///   - colorMap: the colors.
    ///   - maps: the maps before they were scaled.
    ///   - percentile: the percentile that they are scaled by.
    ///   - scaling: how they are scaled.
    ///   - rows: the rows of the figure that the bar stands beside.
    public init(
      colorMap: ColorMap, of maps: [HeatMap], percentile: Double, scaling: HeatMap.Scaling = .automatic,
      rows: Range<Int>? = nil
    ) {
      let endsAtMaximum =
        !maps.isEmpty && maps.allSatisfy { $0.endsAtMaximum(percentile: percentile, scaling: scaling) }
      self.init(colorMap: colorMap, percentile: endsAtMaximum ? 100 : percentile, rows: rows)
    }

    /// The number as in "1st", "99th" or "99.5th".
    private static func ordinal(_ number: Double) -> String {
      guard let whole = Int(exactly: number) else { return "\(number)th" }
      let endings = [1: "st", 2: "nd", 3: "rd"]
      return "\(whole)" + (11...13 ~= whole % 100 ? "th" : endings[whole % 10] ?? "th")
    }
  }
}

extension HeatMap {
  /// Whether so many numbers are zero that the percentile is, and the largest magnitude has the strongest color.
  fileprivate func endsAtMaximum(percentile: Double, scaling: Scaling) -> Bool {
    guard 0...100 ~= percentile else { return false }
    let isSigned = self.isSigned(scaling)
    let zeros = values.count { isSigned ? $0 == 0 : $0 <= 0 }
    // The rank of the larger one of the two numbers that a percentile lies between.
    let rank = Int((Double(values.count - 1) * (percentile / 100)).rounded(.up))
    return rank < zeros
  }
}
