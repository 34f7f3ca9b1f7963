/// Where a bar of colors stands beside panels, and how it is drawn.
struct PlacedColorBar {
  private static let width = 12
  private static let labelGap = 7

  private let bar: Figure.ColorBar
  private let x: Int
  /// The rows of pixels.
  private let rows: Range<Int>
  /// The lines of each label.
  private let labels: [[String]]

  /// Where the labels end.
  var end: Int { x + Self.width + Self.labelGap + (labels.joined().map(Font.small.width).max() ?? 0) }

  private init(_ bar: Figure.ColorBar, x: Int, rows: Range<Int>) {
    (self.bar, self.x, self.rows) = (bar, x, rows)
    let labels = bar.labels.map { $0.split(separator: "\n").map(String.init) }
    let fits = labels.joined().count * Font.small.lineHeight <= rows.count
    self.labels = fits ? labels : labels.map { [$0.joined(separator: " ")] }
  }

  /// Bars beside rows of pixels, from `x` on: below each other where they have rows of their own, else side by side.
  static func placed(
    _ bars: [(bar: Figure.ColorBar, rows: Range<Int>)], x: Int, gap: Int
  ) -> [PlacedColorBar] {
    var columns: [[PlacedColorBar]] = []
    for (bar, rows) in bars {
      if let column = columns.firstIndex(where: { $0.allSatisfy { !$0.rows.overlaps(rows) } }) {
        columns[column].append(PlacedColorBar(bar, x: columns[column][0].x, rows: rows))
      } else {
        let start = columns.last.map { $0.map(\.end).max()! + gap } ?? x
        columns.append([PlacedColorBar(bar, x: start, rows: rows)])
      }
    }
    return Array(columns.joined())
  }

  func draw(on page: inout Page) {
    let (top, height) = (rows.lowerBound, rows.count)
    page.fill(x: x - 1, y: top - 1, width: Self.width + 2, height: height + 2, .frame)
    let colors = (0..<height).map { bar.colorMap[(Float(height - $0) - 0.5) / Float(height)] }
    page.draw(
      Image(width: 1, height: height, colors: colors), x: x, y: top, width: Self.width, height: height)
    for (index, lines) in labels.enumerated() {
      let share = labels.count > 1 ? Double(index) / Double(labels.count - 1) : 0
      let y = top + height - 1 - Int((share * Double(height - 1)).rounded())
      let right = x + Self.width
      page.fill(x: right, y: y, width: 4, height: 1, .quietInk)
      let start = textTop(at: y, height: lines.count * Font.small.lineHeight)
      for (index, line) in lines.enumerated() {
        page.write(
          line, x: right + Self.labelGap, y: start + index * Font.small.lineHeight, color: .quietInk)
      }
    }
  }

  /// Where a label's text begins: in the middle of its tick but, where it has several lines or another bar may stand above or below, beside
  /// its own bar.
  private func textTop(at tick: Int, height: Int) -> Int {
    let middle = tick - height / 2
    guard bar.rows != nil || height > Font.small.lineHeight, height <= rows.count else { return middle }
    return min(max(middle, rows.lowerBound), rows.upperBound - height)
  }
}
