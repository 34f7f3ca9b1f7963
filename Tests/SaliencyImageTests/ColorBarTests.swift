import Testing

@testable import SaliencyImage

@Suite("Bars of colors")
struct ColorBarTests {
  private static func figure(_ bars: [Figure.ColorBar], rows: Int = 3) -> Figure {
    let panel = Figure.Panel(image: Image(width: 100, height: 100, filledWith: Color(gray: 0)))
    return Figure(
      rows: Array(repeating: [panel], count: rows), colorBars: bars, panelSides: 100...100)
  }

  /// The areas that bars fill: column, row, width and height.
  private static func places(_ figure: Figure) throws -> [[Int]] {
    try figure.page(keepsImageSize: false).marks.compactMap { mark in
      guard case .image(let image, let area, _) = mark, image.width == 1 else { return nil }
      return [area.x, area.y, area.width, area.height]
    }
  }

  @Test(
    "The ends say which percentile they are",
    arguments: [
      (0, "0th\npercentile"), (1, "1st\npercentile"), (2, "2nd\npercentile"), (3, "3rd\npercentile"),
      (11, "11th\npercentile"), (13, "13th\npercentile"), (91, "91st\npercentile"), (99, "99th\npercentile"),
      (99.5, "99.5th\npercentile"), (100, "maximum"),
    ])
  func ends(percentile: Double, text: String) {
    #expect(Figure.ColorBar(colorMap: .inferno, percentile: percentile).labels == ["0", text])
    let signed = Figure.ColorBar(colorMap: .blueWhiteRed, percentile: percentile)
    #expect(signed.labels == ["−" + text, "0", text])
  }

  @Test(
    "Where a percentile is zero the end is the maximum, as in the map itself",
    arguments: [0, 50, 74, 75, 80, 99, 100] as [Double],
    [[0, 0, 0, 1], [0, 0, 1, 2], [-1, -2, 0, 3], [1, 2, 3, 4], [0, 0, 0, 0]] as [[Float]])
  func sparse(percentile: Double, values: [Float]) throws {
    let map = try HeatMap(width: 4, height: 1, values: values)
    for scaling in HeatMap.Scaling.allCases {
      let bar = Figure.ColorBar(colorMap: .inferno, of: [map], percentile: percentile, scaling: scaling)
      let magnitudes = values.map { map.isSigned(scaling) ? abs($0) : max($0, 0) }
      let bound = try HeatMap(width: 4, height: 1, values: magnitudes).magnitude(atPercentile: percentile)
      #expect((bar.labels[1] == "maximum") == (bound == 0 || percentile == 100))
    }
  }

  @Test("Bars of rows stand beside these, below each other; bars of all rows side by side")
  func rows() throws {
    let all = Figure.ColorBar(colorMap: .inferno)
    func bar(_ rows: Range<Int>?) -> Figure.ColorBar { Figure.ColorBar(colorMap: .inferno, rows: rows) }
    let whole = try Self.places(Self.figure([all]))
    #expect(whole == [[130, 20, 12, 320]])
    #expect(
      try Self.places(Self.figure([bar(0..<1), bar(1..<3)])) == [[130, 20, 12, 100], [130, 130, 12, 210]])
    let both = try Self.places(Self.figure([all, all]))
    #expect(both[0] == whole[0] && both[1][0] > 142 && both[1][1...] == whole[0][1...])
    // Rows that the figure does not have.
    #expect(try Self.places(Self.figure([bar(2..<9), bar(7..<9)]))[0] == [130, 240, 12, 100])
    var gaps = Self.figure([bar(1..<2)], rows: 1)
    gaps.rows.insert([], at: 0)
    #expect(try Self.places(gaps) == [[130, 20, 12, 100]])
  }

  @Test(
    "Labels of several lines are written below each other where there is room, and stay beside their rows")
  func lines() throws {
    let bar = Figure.ColorBar(colorMap: .blueWhiteRed, percentile: 99, rows: 0..<1)
    func lines(_ figure: Figure) throws -> [Page.Line] {
      try figure.page(keepsImageSize: false).marks.compactMap { mark in
        if case .line(let line) = mark { line } else { nil }
      }
    }
    let whole = try lines(Self.figure([Figure.ColorBar(colorMap: .blueWhiteRed, percentile: 99)]))
    #expect(whole.allSatisfy { 20...340 ~= $0.y && $0.y + Font.small.lineHeight <= 340 })
    let tall = try lines(Self.figure([bar]))
    #expect(tall.map(\.text) == ["−99th", "percentile", "0", "99th", "percentile"])
    #expect(tall.allSatisfy { 20...120 ~= $0.y && $0.y + Font.small.lineHeight <= 120 })
    var flat = Self.figure([bar])
    flat.rows = [[Figure.Panel(image: Image(width: 100, height: 40, filledWith: .ink))]]
    #expect(try lines(flat).map(\.text) == ["−99th percentile", "0", "99th percentile"])
  }
}
