/// Where the strips of a signal's chart go, and how they are drawn.
struct SignalDrawing {
  private static let stripGap = 12
  private static let right = 14

  /// What is said where no attribution has a color.
  let zeroNote: String?

  private let chart: SignalChart
  private let colors: ColorMap
  private let strips: [Strip]
  private let axis: Axis
  private let left: Int
  private let plotHeight: Int

  private struct Strip {
    let channel: SignalChart.Channel
    /// The attributions as shares of the strongest.
    let shares: [Float]
    let axis: Axis
    let top: Int
  }

  init(_ chart: SignalChart, colors: ColorMap) throws(ImageError) {
    let count = chart.channels[0].samples.count
    let map = try HeatMap(
      width: count, height: chart.channels.count, values: chart.channels.flatMap(\.attributions))
    let scaled = try map.normalized(percentile: chart.percentile, scaling: chart.scaling)
    zeroNote = map.zeroNote(scaling: chart.scaling)

    let strengths = chart.channels.map { $0.attributions.reduce(0) { $0 + Double(abs($1)) } }
    // Of equal strengths, the first channels.
    let strongest = strengths.indices.sorted { (-strengths[$0], $0) < (-strengths[$1], $1) }
    let shown = strongest.prefix(SignalChart.maximumChannelCount).sorted()
    plotHeight = shown.count == 1 ? 200 : shown.count <= 3 ? 120 : 80
    let hasNames = chart.channels.contains { $0.name != nil }
    let nameHeight = hasNames ? Font.small.lineHeight + 3 : 0

    var top = Font.small.lineHeight / 2
    var strips: [Strip] = []
    for index in shown {
      let samples = chart.channels[index].samples
      let range = Double(samples.min()!)...Double(samples.max()!)
      top += nameHeight
      strips.append(
        Strip(
          channel: chart.channels[index], shares: Array(scaled.values[index * count..<(index + 1) * count]),
          axis: Axis(range, about: max(plotHeight / 40, 3), padding: 0.08), top: top))
      top += plotHeight + Self.stripGap
    }
    let labels = strips.flatMap { $0.axis.ticks.map(\.label) }
    left = (labels.map(Font.small.width).max() ?? 0) + 8
    let ends = [chart.start, chart.start + chart.step * Double(count - 1)]
    axis = Axis(
      ends.min()!...ends.max()!, about: max(chart.plotWidth / 90, 2),
      wholeNumbers: chart.start.rounded() == chart.start && chart.step.rounded() == chart.step)
    (self.chart, self.colors, self.strips) = (chart, colors, strips)
  }

  private var bottom: Int { strips[strips.count - 1].top + plotHeight }
  private var labelHeight: Int { Font.small.lineHeight + 6 }
  private var height: Int { bottom + labelHeight * (chart.axisLabel == nil ? 1 : 2) }

  var margins: Figure.Panel.ChartMargins {
    Figure.Panel.ChartMargins(above: strips[0].top, below: height - bottom)
  }

  func page() throws(ImageError) -> Page {
    var page = try Page(width: left + chart.plotWidth + Self.right, height: height)
    for strip in strips { draw(strip, on: &page) }
    drawAxis(on: &page)
    return page
  }

  private func draw(_ strip: Strip, on page: inout Page) {
    let (width, top) = (chart.plotWidth, strip.top)
    page.drawFrame(x: left, y: top, width: width, height: plotHeight)
    if chart.style == .background {
      let colors = (0..<width).map { color(strongest(strip.shares, $0)) }
      page.draw(
        Image(width: width, height: 1, colors: colors), x: left, y: top, width: width, height: plotHeight)
    }
    for (value, label) in strip.axis.ticks {
      let y = top + plotHeight - 1 - Int((strip.axis.share(of: value) * Double(plotHeight - 1)).rounded())
      if chart.style == .curve { page.fill(x: left, y: y, width: width, height: 1, .grid) }
      page.fill(x: left - 5, y: y, width: 4, height: 1, .quietInk)
      page.write(label, .end, x: left - 8, y: y - Font.small.lineHeight / 2, color: .quietInk)
    }
    if let name = strip.channel.name {
      page.write(
        Font.small.shortened(name, to: width), x: left, y: top - Font.small.lineHeight - 4, color: .ink)
    }
    drawCurve(strip, on: &page)
  }

  private func drawCurve(_ strip: Strip, on page: inout Page) {
    var strokes: [Page.Stroke] = []
    let count = strip.channel.samples.count
    func point(_ index: Int) -> Page.Stroke.Point {
      let share = strip.axis.share(of: Double(strip.channel.samples[index]))
      return Page.Stroke.Point(
        x: (Float(index) + 0.5) / Float(count) * Float(chart.plotWidth),
        y: Float((1 - share) * Double(plotHeight - 1)) + 0.5)
    }
    let indices = outline(strip.channel.samples)
    for (from, to) in zip(indices, indices.dropFirst() + (count == 1 ? [0] : [])) {
      let (start, end) = (point(from), point(to))
      guard chart.style == .curve else {
        strokes.append(Page.Stroke(start: start, end: end, thickness: 1.5, color: .ink))
        continue
      }
      // Each half in the color of its own sample.
      let middle = Page.Stroke.Point(x: (start.x + end.x) / 2, y: (start.y + end.y) / 2)
      for (index, end) in [(from, start), (to, end)] {
        let share = strongest(strip.shares, around: index)
        strokes.append(
          Page.Stroke(start: end, end: middle, thickness: 1.5 + 2 * abs(share), color: curveColor(share)))
      }
    }
    page.draw(strokes, x: left, y: strip.top, width: chart.plotWidth, height: plotHeight)
  }

  /// The samples that the curve goes through: all of them or, where there are many in a column of pixels, the lowest and
  /// the highest of each.
  private func outline(_ samples: [Float]) -> [Int] {
    guard samples.count > 2 * chart.plotWidth else { return Array(samples.indices) }
    return (0..<chart.plotWidth).flatMap { column in
      let part = self.samples(in: column)
      let low = part.min { samples[$0] < samples[$1] }!
      let high = part.max { samples[$0] < samples[$1] }!
      return low == high ? [low] : [min(low, high), max(low, high)]
    }
  }

  /// The samples in a column of pixels, at least one.
  private func samples(in column: Int) -> Range<Int> {
    let count = strips[0].shares.count
    let first = column * count / chart.plotWidth
    return first..<max((column + 1) * count / chart.plotWidth, first + 1)
  }

  /// The share of the greatest magnitude in a column of pixels.
  private func strongest(_ shares: [Float], _ column: Int) -> Float {
    shares[samples(in: column)].max { abs($0) < abs($1) }!
  }

  private func strongest(_ shares: [Float], around index: Int) -> Float {
    shares.count > 2 * chart.plotWidth
      ? strongest(shares, index * chart.plotWidth / shares.count) : shares[index]
  }

  /// The color behind the curve: the weaker, the more like paper.
  private func color(_ share: Float) -> Color {
    let color = colors[colors.isDiverging ? (share + 1) / 2 : abs(share)]
    return Color.paper.mixed(with: color, 0.85 * min(4 * abs(share), 1))
  }

  /// The color of the curve, gray where nothing matters.
  private func curveColor(_ share: Float) -> Color {
    let color = colors[colors.isDiverging ? (share + 1) / 2 : abs(share)]
    return Color(gray: 150).mixed(with: color, min(2 * abs(share), 1))
  }

  private func drawAxis(on page: inout Page) {
    let count = Double(strips[0].shares.count)
    var free = 0
    for (value, label) in axis.ticks {
      let index = (value - chart.start) / chart.step
      let x = left + Int((index + 0.5) / count * Double(chart.plotWidth))
      guard x >= left, x < left + chart.plotWidth else { continue }
      page.fill(x: x, y: bottom + 1, width: 1, height: 4, .quietInk)
      free = page.write(tickLabel: label, below: (x, bottom), from: free)
    }
    guard let label = chart.axisLabel else { return }
    page.write(axisLabel: label, x: left, y: bottom + labelHeight + 2, width: chart.plotWidth)
  }
}
