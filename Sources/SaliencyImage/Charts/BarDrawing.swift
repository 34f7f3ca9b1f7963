/// Where the bars of a chart go, and how they are drawn.
struct BarDrawing {
  private static let barHeight = 17
  private static let pitch = 23
  private static let widestName = 220
  private static let right = 14
  private static let positive = Color(red: 202, green: 0, blue: 32)
  private static let negative = Color(red: 5, green: 113, blue: 176)

  private let bars: [BarChart.Bar]
  private let names: [String]
  private let numbers: [String]
  private let plotWidth: Int
  private let left: Int
  private let axis: Axis
  /// The columns from the axis' lower end to its upper one; beside them is room for numbers.
  private let span: ClosedRange<Int>

  init(_ bars: [BarChart.Bar], plotWidth: Int) {
    self.bars = bars
    self.plotWidth = plotWidth
    names = bars.map { Font.small.shortened($0.name, to: Self.widestName) }
    numbers = bars.map { Axis.text($0.value, significant: 3) }
    left = names.map(Font.small.width).max()! + 9

    let low = min(bars.map(\.value).min()!, 0)
    let high = max(bars.map(\.value).max()!, 0)
    axis = Axis(low == high ? 0...1 : low...high, about: 5)
    let widths = zip(bars, numbers).map { (isNegative: $0.value < 0, width: Font.small.width(of: $1) + 12) }
    let negative = widths.filter(\.isNegative).map(\.width).max() ?? 1
    let positive = widths.filter { !$0.isNegative }.map(\.width).max() ?? 1
    let start = left + min(negative, plotWidth / 3)
    span = start...max(left + plotWidth - 1 - min(positive, plotWidth / 3), start)
  }

  private var bottom: Int { 1 + bars.count * Self.pitch + 6 }
  private var height: Int { bottom + Font.small.lineHeight + 6 }

  var margins: Figure.Panel.ChartMargins { Figure.Panel.ChartMargins(above: 1, below: height - bottom) }

  func page() throws(ImageError) -> Page {
    var page = try Page(width: left + plotWidth + Self.right, height: height)
    page.drawFrame(x: left, y: 1, width: plotWidth, height: bottom - 1)
    drawAxis(on: &page)
    let zero = column(of: 0)
    for (index, bar) in bars.enumerated() { draw(bar, index, zero, on: &page) }
    page.fill(x: zero, y: 1, width: 1, height: bottom - 1, .quietInk)
    return page
  }

  private func column(of value: Double) -> Int {
    span.lowerBound + Int((axis.share(of: value) * Double(span.count - 1)).rounded())
  }

  private func draw(_ bar: BarChart.Bar, _ index: Int, _ zero: Int, on page: inout Page) {
    let top = 1 + index * Self.pitch + 6
    let end = column(of: bar.value)
    let color = bar.value < 0 ? Self.negative : Self.positive
    page.fill(
      x: min(zero, end), y: top, width: abs(end - zero), height: Self.barHeight,
      bar.isRest ? color.mixed(with: .paper, 0.55) : color)
    let textTop = top + (Self.barHeight - Font.small.lineHeight) / 2
    page.write(names[index], .end, x: left - 9, y: textTop, color: bar.isRest ? .quietInk : .ink)
    page.write(
      numbers[index], bar.value < 0 ? .end : .start, x: bar.value < 0 ? end - 5 : end + 6, y: textTop,
      color: .quietInk)
  }

  private func drawAxis(on page: inout Page) {
    var free = 0
    for (value, label) in axis.ticks {
      let x = column(of: value)
      page.fill(x: x, y: 1, width: 1, height: bottom - 1, .grid)
      page.fill(x: x, y: bottom + 1, width: 1, height: 4, .quietInk)
      free = page.write(tickLabel: label, below: (x, bottom), from: free)
    }
  }
}
