/// Where everything in a figure goes; the images have their final sizes.
struct FigureLayout {
  private static let margin = 20
  private static let widestRowTitle = 130

  let width: Int
  let height: Int

  private let cells: [[FigureCell]]
  private let lead: FigureCell?
  private let colorBars: [PlacedColorBar]
  private let textSize: Image.TextSize
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
  /// The rows of pixels from the first image's top to the last one's bottom.
  private let body: Range<Int>

  init(_ figure: Figure, cells: [[FigureCell]], rowTitles titles: [String], lead: FigureCell?) {
    let isCompact = figure.panelSides.lowerBound < 160
    let textSize = isCompact ? Image.TextSize.small : .large
    let font = textSize.font
    let gap = isCompact ? 10 : 14
    let narrowestColumn = isCompact ? 40 : 64

    let widths = (0..<cells.map(\.count).max()!).map { column in
      cells.reduce(narrowestColumn) { max($0, column < $1.count ? $1[column].width : 0) }
    }
    var x = Self.margin
    if let lead { x += lead.width + 2 * gap }
    let rowTitles = titles.map { font.wrapped($0, to: Self.widestRowTitle, maximumLines: 3) }
    let titleWidth = rowTitles.joined().map(font.width).max() ?? 0
    rowTitleEnd = x + titleWidth
    if titleWidth > 0 { x += titleWidth + gap }
    var starts: [Int] = []
    for width in widths {
      starts.append(x)
      x += width + gap
    }

    var y = Self.margin
    let columnTitles = zip(figure.columnTitles, widths).map { font.wrapped($0, to: $1, maximumLines: 2) }
    let titleLines = columnTitles.map(\.count).max() ?? 0
    if titleLines > 0 { y += titleLines * font.lineHeight + 5 }
    if lead?.panel.title != nil, titleLines == 0, !cells[0].contains(where: { $0.panel.title != nil }) {
      y += font.lineHeight + 5
    }
    var tops: [Int] = []
    var end = y
    let heights = cells.map { line in line.map(\.height).max()! }
    for (line, height) in zip(cells, heights) {
      if line.contains(where: { $0.panel.title != nil }) { y += font.lineHeight + 5 }
      tops.append(y)
      y += height
      if line.contains(where: { $0.panel.caption != nil }) { y += Font.small.lineHeight + 3 }
      end = y
      y += line.contains(where: { $0.panel.caption != nil }) ? gap + 6 : gap
    }
    /// The rows of pixels from the top of the images of some rows to the bottom of their last.
    func places(_ rows: Range<Int>) -> Range<Int> {
      let (first, last) = (rows.lowerBound, rows.upperBound - 1)
      let above = cells[first].compactMap(\.panel.chart?.margins.above).min() ?? 0
      let below = cells[last].compactMap(\.panel.chart?.margins.below).min() ?? 0
      let top = tops[first] + above
      return top..<max(tops[last] + heights[last] - below, top + 1)
    }
    body = places(cells.indices)
    colorBars = PlacedColorBar.placed(
      figure.colorBars.map { bar in
        let rows = bar.rows.map { $0.clamped(to: cells.indices) } ?? cells.indices
        return (bar, places(rows.isEmpty ? cells.indices : rows))
      }, x: x, gap: gap)
    width = max(x - gap, colorBars.map(\.end).max() ?? 0) + Self.margin

    y = end
    if let lead {
      let leadBottom = tops[0] + lead.height + (lead.panel.caption == nil ? 0 : Font.small.lineHeight + 3)
      y = max(y, leadBottom)
    }
    captionTop = y + gap
    captionLines = Font.small.wrapped(figure.caption ?? "", to: width - 2 * Self.margin, maximumLines: 3)
    if !captionLines.isEmpty { y += gap + captionLines.count * (Font.small.lineHeight + 3) - 3 }
    height = y + Self.margin

    (self.cells, self.lead, self.textSize, self.gap, self.rowTitles) = (cells, lead, textSize, gap, rowTitles)
    (columnStarts, columnWidths, self.columnTitles) = (starts, widths, columnTitles)
    (rowStarts, rowHeights) = (tops, heights)
  }

  private var font: Font { textSize.font }

  func page() throws(ImageError) -> Page {
    var page = try Page(width: width, height: height)
    for (row, line) in cells.enumerated() {
      for (column, cell) in line.enumerated() {
        draw(
          cell, x: columnStarts[column], width: columnWidths[column],
          y: rowStarts[row] + (rowHeights[row] - cell.height) / 2, titleBottom: rowStarts[row],
          captionTop: rowStarts[row] + rowHeights[row], on: &page)
      }
    }
    if let lead {
      let top = rowStarts[0] + max(body.upperBound - rowStarts[0] - lead.height, 0) / 2
      draw(
        lead, x: Self.margin, width: lead.width, y: top, titleBottom: top, captionTop: top + lead.height,
        on: &page)
    }
    drawTitles(on: &page)
    for bar in colorBars { bar.draw(on: &page) }
    for (index, line) in captionLines.enumerated() {
      page.write(
        line, .middle, x: 0, width: width, y: captionTop + index * (Font.small.lineHeight + 3),
        color: .quietInk)
    }
    return page
  }

  private func drawTitles(on page: inout Page) {
    let bottom = Self.margin + (columnTitles.map(\.count).max() ?? 0) * font.lineHeight
    for (column, lines) in columnTitles.enumerated() {
      for (index, line) in lines.enumerated() {
        page.write(
          line, .middle, x: columnStarts[column], width: columnWidths[column],
          y: bottom - (lines.count - index) * font.lineHeight, size: textSize, color: .ink)
      }
    }
    for (row, lines) in rowTitles.enumerated() {
      let top = rowStarts[row] + (rowHeights[row] - lines.count * font.lineHeight) / 2
      for (index, line) in lines.enumerated() {
        page.write(
          line, .end, x: rowTitleEnd, y: top + index * font.lineHeight, size: textSize, color: .ink)
      }
    }
  }

  private func draw(
    _ cell: FigureCell, x: Int, width: Int, y: Int, titleBottom: Int, captionTop: Int, on page: inout Page
  ) {
    cell.draw(on: &page, x: x + (width - cell.width) / 2, y: y)
    if let title = cell.panel.title {
      page.write(
        font.shortened(title, to: width), .middle, x: x, width: width, y: titleBottom - font.lineHeight - 5,
        size: textSize, color: .ink)
    }
    if let caption = cell.panel.caption {
      page.write(
        Font.small.shortened(caption, to: width), .middle, x: x, width: width, y: captionTop + 4,
        color: .quietInk)
    }
  }
}
