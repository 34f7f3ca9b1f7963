/// Where everything in a figure goes; the pictures have their final sizes.
struct FigureLayout {
  private static let margin = 20
  private static let barWidth = 12
  private static let labelGap = 7
  private static let widestRowTitle = 130

  let width: Int
  let height: Int

  private let cells: [[Figure.Panel]]
  private let lead: Figure.Panel?
  private let colorBar: Figure.ColorBar?
  private let font: Font
  private let gap: Int
  private let columnStarts: [Int]
  private let columnWidths: [Int]
  private let columnTitles: [[String]]
  private let rowStarts: [Int]
  private let rowHeights: [Int]
  private let rowTitles: [[String]]
  private let rowTitleEnd: Int
  private let captionLines: [String]
  private let captionTop: Int
  private let barStart: Int
  /// The rows of pixels from the first picture's top to the last one's bottom.
  private let body: Range<Int>

  init(_ figure: Figure, cells: [[Figure.Panel]], rowTitles titles: [String], lead: Figure.Panel?) {
    let isCompact = figure.panelSides.lowerBound < 160
    let font = isCompact ? Font.small : Font.large
    let gap = isCompact ? 10 : 14
    let narrowestColumn = isCompact ? 40 : 64

    let widths = (0..<cells.map(\.count).max()!).map { column in
      cells.reduce(narrowestColumn) { max($0, column < $1.count ? $1[column].image.width : 0) }
    }
    var x = Self.margin
    if let lead { x += lead.image.width + 2 * gap }
    let rowTitles = titles.map { font.wrapped($0, to: Self.widestRowTitle, maximumLines: 3) }
    let titleWidth = rowTitles.joined().map(font.width).max() ?? 0
    rowTitleEnd = x + titleWidth
    if titleWidth > 0 { x += titleWidth + gap }
    var starts: [Int] = []
    for width in widths {
      starts.append(x)
      x += width + gap
    }
    barStart = x
    x -= gap
    if let colorBar = figure.colorBar {
      x += gap + Self.barWidth + Self.labelGap + (colorBar.labels.map(Font.small.width).max() ?? 0)
    }
    width = x + Self.margin

    var y = Self.margin
    let columnTitles = zip(figure.columnTitles, widths).map { font.wrapped($0, to: $1, maximumLines: 2) }
    let titleLines = columnTitles.map(\.count).max() ?? 0
    if titleLines > 0 { y += titleLines * font.lineHeight + 5 }
    if lead?.title != nil, titleLines == 0, !cells[0].contains(where: { $0.title != nil }) {
      y += font.lineHeight + 5
    }
    var tops: [Int] = []
    var (bottom, end) = (y, y)
    let heights = cells.map { line in line.map(\.image.height).max()! }
    for (line, height) in zip(cells, heights) {
      if line.contains(where: { $0.title != nil }) { y += font.lineHeight + 5 }
      tops.append(y)
      y += height
      bottom = y
      if line.contains(where: { $0.caption != nil }) { y += Font.small.lineHeight + 3 }
      end = y
      y += line.contains(where: { $0.caption != nil }) ? gap + 6 : gap
    }
    y = end
    if let lead {
      let leadBottom = tops[0] + lead.image.height + (lead.caption == nil ? 0 : Font.small.lineHeight + 3)
      y = max(y, leadBottom)
    }
    captionTop = y + gap
    captionLines = Font.small.wrapped(figure.caption ?? "", to: width - 2 * Self.margin, maximumLines: 3)
    if !captionLines.isEmpty { y += gap + captionLines.count * (Font.small.lineHeight + 3) - 3 }
    height = y + Self.margin

    let above = cells[0].compactMap(\.chartMargins?.above).min() ?? 0
    let below = cells[cells.count - 1].compactMap(\.chartMargins?.below).min() ?? 0
    body = tops[0] + above..<max(bottom - below, tops[0] + above + 1)
    colorBar = figure.colorBar
    (self.cells, self.lead, self.font, self.gap, self.rowTitles) = (cells, lead, font, gap, rowTitles)
    (columnStarts, columnWidths, self.columnTitles) = (starts, widths, columnTitles)
    (rowStarts, rowHeights) = (tops, heights)
  }

  func draw(on canvas: inout Image) {
    for (row, line) in cells.enumerated() {
      for (column, panel) in line.enumerated() {
        let width = columnWidths[column]
        draw(
          panel, x: columnStarts[column], width: width,
          y: rowStarts[row] + (rowHeights[row] - panel.image.height) / 2, titleBottom: rowStarts[row],
          captionTop: rowStarts[row] + rowHeights[row], on: &canvas)
      }
    }
    if let lead {
      let top = rowStarts[0] + max(body.upperBound - rowStarts[0] - lead.image.height, 0) / 2
      draw(
        lead, x: Self.margin, width: lead.image.width, y: top, titleBottom: top,
        captionTop: top + lead.image.height, on: &canvas)
    }
    for (column, lines) in columnTitles.enumerated() {
      let bottom = Self.margin + (columnTitles.map(\.count).max() ?? 0) * font.lineHeight
      for (index, line) in lines.enumerated() {
        canvas.draw(
          line, x: columnStarts[column] + (columnWidths[column] - font.width(of: line)) / 2,
          y: bottom - (lines.count - index) * font.lineHeight, font: font, color: .ink)
      }
    }
    for (row, lines) in rowTitles.enumerated() {
      let top = rowStarts[row] + (rowHeights[row] - lines.count * font.lineHeight) / 2
      for (index, line) in lines.enumerated() {
        canvas.draw(
          line, x: rowTitleEnd - font.width(of: line), y: top + index * font.lineHeight, font: font,
          color: .ink)
      }
    }
    if let colorBar { draw(colorBar, on: &canvas) }
    for (index, line) in captionLines.enumerated() {
      canvas.draw(
        line, x: (width - Font.small.width(of: line)) / 2,
        y: captionTop + index * (Font.small.lineHeight + 3), font: .small, color: .quietInk)
    }
  }

  private func draw(
    _ panel: Figure.Panel, x: Int, width: Int, y: Int, titleBottom: Int, captionTop: Int,
    on canvas: inout Image
  ) {
    let left = x + (width - panel.image.width) / 2
    if panel.chartMargins == nil {
      canvas.fill(
        x: left - 1, y: y - 1, width: panel.image.width + 2, height: panel.image.height + 2, .frame)
    }
    canvas.paste(panel.image, x: left, y: y)
    if let title = panel.title {
      let text = font.shortened(title, to: width)
      canvas.draw(
        text, x: x + (width - font.width(of: text)) / 2, y: titleBottom - font.lineHeight - 5, font: font,
        color: .ink)
    }
    if let caption = panel.caption {
      let text = Font.small.shortened(caption, to: width)
      canvas.draw(
        text, x: x + (width - Font.small.width(of: text)) / 2, y: captionTop + 4, font: .small,
        color: .quietInk)
    }
  }

  private func draw(_ bar: Figure.ColorBar, on canvas: inout Image) {
    let (top, height) = (body.lowerBound, body.count)
    canvas.fill(x: barStart - 1, y: top - 1, width: Self.barWidth + 2, height: height + 2, .frame)
    for row in 0..<height {
      let value = (Float(height - row) - 0.5) / Float(height)
      canvas.fill(x: barStart, y: top + row, width: Self.barWidth, height: 1, bar.colorMap[value])
    }
    for (index, label) in bar.labels.enumerated() {
      let share = bar.labels.count > 1 ? Double(index) / Double(bar.labels.count - 1) : 0
      let y = top + height - 1 - Int((share * Double(height - 1)).rounded())
      let right = barStart + Self.barWidth
      canvas.fill(x: right, y: y, width: 4, height: 1, .quietInk)
      canvas.draw(
        label, x: right + Self.labelGap, y: y - Font.small.lineHeight / 2, font: .small, color: .quietInk)
    }
  }
}
