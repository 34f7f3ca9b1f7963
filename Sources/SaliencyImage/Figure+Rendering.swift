extension Figure {
  /// The figure as one picture on white.
  ///
  /// - Throws: `ImageError` when there is no panel, or when the figure would be larger than
  ///   ``Image/maximumPixelCount``.
  public func rendered() throws(ImageError) -> Image {
    guard rows.contains(where: { !$0.isEmpty }) else {
      throw ImageError(.invalidArgument, "the figure has no panels; it needs at least one")
    }
    var cells: [[Cell]] = []
    for row in rows where !row.isEmpty {
      var line: [Cell] = []
      for panel in row { line.append(Cell(title: panel.title, image: try scaled(panel.image))) }
      cells.append(line)
    }
    let layout = try Layout(cells: cells, caption: caption ?? "", colorBar: colorBar)
    try Image.check(width: layout.width, height: layout.height)

    var canvas = Image(width: layout.width, height: layout.height, filledWith: .paper)
    for (row, line) in cells.enumerated() {
      for (column, cell) in line.enumerated() { layout.draw(cell, row: row, column: column, on: &canvas) }
    }
    if let colorBar { layout.draw(colorBar, on: &canvas) }
    layout.drawCaption(on: &canvas)
    return canvas
  }

  /// The picture with its longer side within ``panelSides``: tiny ones keep their pixels visible, others are
  /// smoothed.
  private func scaled(_ image: Image) throws(ImageError) -> Image {
    let longer = max(image.width, image.height)
    let smallest = panelSides.lowerBound
    if longer * 3 <= smallest {
      let factor = (smallest + longer - 1) / longer
      return try image.resized(width: image.width * factor, height: image.height * factor, filter: .nearest)
    }
    let target = min(max(longer, smallest), panelSides.upperBound)
    func side(_ length: Int) -> Int { max((length * target + longer / 2) / longer, 1) }
    return try image.resized(width: side(image.width), height: side(image.height), filter: .bicubic)
  }
}

/// A panel whose picture has its final size.
private struct Cell {
  let title: String?
  let image: Image
}

/// Where everything goes.
private struct Layout {
  static let margin = 20
  static let gap = 14
  static let barWidth = 12
  static let labelGap = 7
  static let narrowestColumn = 64

  let columnStarts: [Int]
  let columnWidths: [Int]
  let rowStarts: [Int]
  let rowHeights: [Int]
  let captionLines: [String]
  let captionTop: Int
  let barStart: Int
  let width: Int
  let height: Int

  init(cells: [[Cell]], caption: String, colorBar: Figure.ColorBar?) throws(ImageError) {
    let columns = 0..<cells.map(\.count).max()!
    columnWidths = columns.map { column in
      cells.reduce(Layout.narrowestColumn) { max($0, column < $1.count ? $1[column].image.width : 0) }
    }
    rowHeights = cells.map { line in line.map(\.image.height).max()! }

    var x = Layout.margin
    var starts: [Int] = []
    for width in columnWidths {
      starts.append(x)
      x += width + Layout.gap
    }
    columnStarts = starts
    barStart = x
    x -= Layout.gap
    if let colorBar {
      x += Layout.gap + Layout.barWidth + Layout.labelGap
      x += colorBar.labels.map(Font.small.width).max() ?? 0
    }
    width = x + Layout.margin

    var y = Layout.margin
    var tops: [Int] = []
    for (line, height) in zip(cells, rowHeights) {
      if line.contains(where: { $0.title != nil }) { y += Font.large.lineHeight + 5 }
      tops.append(y)
      y += height + Layout.gap
    }
    rowStarts = tops
    captionTop = y
    captionLines = Font.small.wrapped(caption, to: width - 2 * Layout.margin, maximumLines: 3)
    y += captionLines.isEmpty ? -Layout.gap : captionLines.count * (Font.small.lineHeight + 3) - 3
    height = y + Layout.margin
  }

  func draw(_ cell: Cell, row: Int, column: Int, on canvas: inout Image) {
    let left = columnStarts[column] + (columnWidths[column] - cell.image.width) / 2
    let top = rowStarts[row] + (rowHeights[row] - cell.image.height) / 2
    canvas.fill(
      x: left - 1, y: top - 1, width: cell.image.width + 2, height: cell.image.height + 2, .frame)
    canvas.paste(cell.image, x: left, y: top)
    guard let title = cell.title else { return }
    let text = Font.large.shortened(title, to: columnWidths[column])
    canvas.draw(
      text, x: columnStarts[column] + (columnWidths[column] - Font.large.width(of: text)) / 2,
      y: rowStarts[row] - Font.large.lineHeight - 5, font: .large, color: .ink)
  }

  func draw(_ bar: Figure.ColorBar, on canvas: inout Image) {
    let top = rowStarts[0]
    let height = rowStarts[rowStarts.count - 1] + rowHeights[rowHeights.count - 1] - top
    canvas.fill(x: barStart - 1, y: top - 1, width: Layout.barWidth + 2, height: height + 2, .frame)
    for row in 0..<height {
      let value = (Float(height - row) - 0.5) / Float(height)
      canvas.fill(x: barStart, y: top + row, width: Layout.barWidth, height: 1, bar.colorMap[value])
    }
    for (index, label) in bar.labels.enumerated() {
      let share = bar.labels.count > 1 ? Double(index) / Double(bar.labels.count - 1) : 0
      let y = top + height - 1 - Int((share * Double(height - 1)).rounded())
      let right = barStart + Layout.barWidth
      canvas.fill(x: right, y: y, width: 4, height: 1, .quietInk)
      canvas.draw(
        label, x: right + Layout.labelGap, y: y - Font.small.lineHeight / 2, font: .small, color: .quietInk)
    }
  }

  func drawCaption(on canvas: inout Image) {
    for (index, line) in captionLines.enumerated() {
      canvas.draw(
        line, x: (width - Font.small.width(of: line)) / 2,
        y: captionTop + index * (Font.small.lineHeight + 3), font: .small, color: .quietInk)
    }
  }
}

extension Color {
  fileprivate static let paper = Color(grey: 255)
  fileprivate static let frame = Color(grey: 208)
  fileprivate static let ink = Color(grey: 24)
  fileprivate static let quietInk = Color(grey: 72)
}
