import Testing

@testable import SaliencyImage

@Suite("Charts of curves")
struct LineChartTests {
  private static func curve(_ name: String, _ heights: [Double]) -> LineChart.Series {
    .init(name: name, points: heights.enumerated().map { .init(x: Double($0.offset), y: $0.element) })
  }

  @Test("Each curve is drawn in its color where its numbers are, and named in the legend")
  func curves() throws {
    let chart = try LineChart(
      series: [Self.curve("falling", [1, 0]), Self.curve("even", [0.5, 0.5])], axisLabel: "share")
    let image = try chart.panel(title: "two").image
    func rows(of color: Color, at column: Int) -> [Int] {
      (0..<image.height).filter { image[column, $0] == color }
    }
    // The plot ends 14 pixels before the right side.
    let (left, right) = (image.width - 14 - chart.plotWidth, image.width - 15)
    let (start, end) = (
      rows(of: LineChart.colors[0], at: left + 60), rows(of: LineChart.colors[0], at: right - 30)
    )
    let legend = rows(of: LineChart.colors[0], at: left + 2)
    #expect(start[0] < end[0])
    #expect(legend.contains { $0 > chart.plotHeight })
    let even = rows(of: LineChart.colors[1], at: left + 60).filter { $0 < chart.plotHeight }
    #expect(
      !even.isEmpty && even == rows(of: LineChart.colors[1], at: right - 30).filter { $0 < chart.plotHeight })
  }

  @Test("One point is a dot, and equal numbers are a line")
  func singlePoint() throws {
    _ = try LineChart(series: [Self.curve("one", [2])]).panel()
    _ = try LineChart(series: [Self.curve("flat", [0, 0, 0])]).panel()
  }

  @Test("What cannot be drawn is refused")
  func errors() throws {
    #expect(throws: ImageError.self) { try LineChart(series: []) }
    #expect(throws: ImageError.self) { try LineChart(series: [Self.curve("none", [])]) }
    let error = #expect(throws: ImageError.self) { try LineChart(series: [Self.curve("a", [1, .nan])]) }
    #expect("\(error!)".contains("'a'"))
    var wide = try LineChart(series: [Self.curve("a", [1])])
    wide.plotWidth = 100_000
    #expect(throws: ImageError.self) { try wide.panel() }
  }
}
