/// Where the curves of a chart go, and how they are drawn.
struct LineDrawing {
  private static let right = 14
  private static let swatch = 18

  private let chart: LineChart
  private let horizontal: Axis
  private let vertical: Axis
  private let left: Int
  private let top = Font.small.lineHeight / 2

  init(_ chart: LineChart) {
    self.chart = chart
    let points = chart.series.flatMap(\.points)
    func range(_ numbers: [Double]) -> ClosedRange<Double> { numbers.min()!...numbers.max()! }
    horizontal = Axis(range(points.map(\.x)), about: max(chart.plotWidth / 90, 2))
    vertical = Axis(range(points.map(\.y)), about: max(chart.plotHeight / 40, 3), padding: 0.05)
    left = (vertical.ticks.map { Font.small.width(of: $0.label) }.max() ?? 0) + 9
  }

  private var bottom: Int { top + chart.plotHeight }
  private var lineHeight: Int { Font.small.lineHeight + 4 }
  private var legendTop: Int { bottom + 6 + lineHeight * (chart.axisLabel == nil ? 1 : 2) }
  private var height: Int { legendTop + lineHeight * chart.series.count }

  var margins: Figure.Panel.ChartMargins {
    Figure.Panel.ChartMargins(above: top, below: height - bottom)
  }

  func page() throws(ImageError) -> Page {
    var page = try Page(width: left + chart.plotWidth + Self.right, height: height)
    page.drawFrame(x: left, y: top, width: chart.plotWidth, height: chart.plotHeight)
    drawAxes(on: &page)
    drawCurves(on: &page)
    drawLegend(on: &page)
    return page
  }

  private func color(_ index: Int) -> Color { LineChart.colors[index % LineChart.colors.count] }

  private func drawAxes(on page: inout Page) {
    for (value, label) in vertical.ticks {
      let y = bottom - 1 - Int((vertical.share(of: value) * Double(chart.plotHeight - 1)).rounded())
      page.fill(x: left, y: y, width: chart.plotWidth, height: 1, .grid)
      page.fill(x: left - 5, y: y, width: 4, height: 1, .quietInk)
      page.write(label, .end, x: left - 8, y: y - Font.small.lineHeight / 2, color: .quietInk)
    }
    var free = 0
    for (value, label) in horizontal.ticks {
      let x = left + Int((horizontal.share(of: value) * Double(chart.plotWidth - 1)).rounded())
      page.fill(x: x, y: top, width: 1, height: chart.plotHeight, .grid)
      page.fill(x: x, y: bottom + 1, width: 1, height: 4, .quietInk)
      free = page.write(tickLabel: label, below: (x, bottom), from: free)
    }
    guard let label = chart.axisLabel else { return }
    page.write(axisLabel: label, x: left, y: bottom + 6 + lineHeight, width: chart.plotWidth)
  }

  private func drawCurves(on page: inout Page) {
    func point(_ point: LineChart.Point) -> Page.Stroke.Point {
      Page.Stroke.Point(
        x: Float(horizontal.share(of: point.x) * Double(chart.plotWidth - 1)) + 0.5,
        y: Float((1 - vertical.share(of: point.y)) * Double(chart.plotHeight - 1)) + 0.5)
    }
    for (index, curve) in chart.series.enumerated() {
      let ends = zip(curve.points, curve.points.dropFirst() + (curve.points.count == 1 ? curve.points : []))
      page.draw(
        ends.map { Page.Stroke(start: point($0), end: point($1), thickness: 2, color: color(index)) },
        x: left, y: top, width: chart.plotWidth, height: chart.plotHeight)
    }
  }

  private func drawLegend(on page: inout Page) {
    for (index, curve) in chart.series.enumerated() {
      let y = legendTop + index * lineHeight
      page.fill(x: left, y: y + Font.small.lineHeight / 2 - 1, width: Self.swatch, height: 3, color(index))
      page.write(
        Font.small.shortened(curve.name, to: chart.plotWidth - Self.swatch - 6), x: left + Self.swatch + 6,
        y: y, color: .ink)
    }
  }
}
