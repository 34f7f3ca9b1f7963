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

  func image() throws(ImageError) -> Image {
    let width = left + chart.plotWidth + Self.right
    try Image.check(width: width, height: height)
    var canvas = Image(width: width, height: height, filledWith: .paper)
    canvas.fill(x: left - 1, y: top - 1, width: chart.plotWidth + 2, height: chart.plotHeight + 2, .frame)
    canvas.fill(x: left, y: top, width: chart.plotWidth, height: chart.plotHeight, .paper)
    drawAxes(on: &canvas)
    drawCurves(on: &canvas)
    drawLegend(on: &canvas)
    return canvas
  }

  private func color(_ index: Int) -> Color { LineChart.colors[index % LineChart.colors.count] }

  private func drawAxes(on canvas: inout Image) {
    for (value, label) in vertical.ticks {
      let y = bottom - 1 - Int((vertical.share(of: value) * Double(chart.plotHeight - 1)).rounded())
      canvas.fill(x: left, y: y, width: chart.plotWidth, height: 1, .grid)
      canvas.fill(x: left - 5, y: y, width: 4, height: 1, .quietInk)
      canvas.draw(
        label, x: left - 8 - Font.small.width(of: label), y: y - Font.small.lineHeight / 2, font: .small,
        color: .quietInk)
    }
    var free = 0
    for (value, label) in horizontal.ticks {
      let x = left + Int((horizontal.share(of: value) * Double(chart.plotWidth - 1)).rounded())
      canvas.fill(x: x, y: top, width: 1, height: chart.plotHeight, .grid)
      canvas.fill(x: x, y: bottom + 1, width: 1, height: 4, .quietInk)
      free = canvas.draw(tickLabel: label, below: (x, bottom), from: free)
    }
    guard let label = chart.axisLabel else { return }
    canvas.draw(axisLabel: label, x: left, y: bottom + 6 + lineHeight, width: chart.plotWidth)
  }

  private func drawCurves(on canvas: inout Image) {
    func point(_ point: LineChart.Point) -> (x: Float, y: Float) {
      (
        Float(horizontal.share(of: point.x) * Double(chart.plotWidth - 1)) + 0.5,
        Float((1 - vertical.share(of: point.y)) * Double(chart.plotHeight - 1)) + 0.5
      )
    }
    for (index, curve) in chart.series.enumerated() {
      var strokes = Strokes(width: chart.plotWidth, height: chart.plotHeight)
      for (from, to) in zip(
        curve.points, curve.points.dropFirst() + (curve.points.count == 1 ? curve.points : []))
      {
        strokes.add(from: point(from), to: point(to), thickness: 2, color: color(index))
      }
      strokes.paint(on: &canvas, x: left, y: top)
    }
  }

  private func drawLegend(on canvas: inout Image) {
    for (index, curve) in chart.series.enumerated() {
      let y = legendTop + index * lineHeight
      canvas.fill(x: left, y: y + Font.small.lineHeight / 2 - 1, width: Self.swatch, height: 3, color(index))
      canvas.draw(
        Font.small.shortened(curve.name, to: chart.plotWidth - Self.swatch - 6), x: left + Self.swatch + 6,
        y: y,
        font: .small, color: .ink)
    }
  }
}
