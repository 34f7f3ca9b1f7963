internal import LibC

extension Figure {
  /// A contact sheet: panels in a grid, row by row from the top left.
  ///
  /// - Parameters:
  ///   - panels: the panels, at least one.
  ///   - columns: how many stand in a row; where nil, as many as make the sheet half as wide again as it is high, with few
  ///     places left empty.
  ///   - caption: the text below all.
  ///   - colorBars: the bars to the right of the panels.
  ///   - panelSides: the length of a panel's longer side, in pixels.
  /// - Throws: `ImageError` where there is no panel, or `columns` or the smallest panel side is less than 1.
  public init(
    sheet panels: [Panel], columns: Int? = nil, caption: String? = nil, colorBars: [ColorBar] = [],
    panelSides: ClosedRange<Int> = 96...224
  ) throws(ImageError) {
    guard !panels.isEmpty else {
      throw ImageError(.invalidArgument, "the contact sheet has no panels; it needs at least one")
    }
    let columns = columns ?? Figure.columns(for: panels)
    guard columns >= 1 else {
      throw ImageError(
        .invalidArgument, "a contact sheet of \(columns) columns was asked for; it has at least one")
    }
    try Figure.check(panelSides)
    let rows = stride(from: 0, to: panels.count, by: min(columns, panels.count)).map { start in
      Array(panels[start..<min(start + min(columns, panels.count), panels.count)])
    }
    self.init(rows: rows, caption: caption, colorBars: colorBars, panelSides: panelSides)
  }

  /// A comparison: a row of images for each method, say, a column for each class, and the image that they explain
  /// once at the left.
  ///
  /// - Parameters:
  ///   - panels: the images, row by row, as many in each.
  ///   - rowTitles: what stands to the left of the rows, one a row, or nothing.
  ///   - columnTitles: what stands above the columns, one a column, or nothing.
  ///   - image: the panel to the left of all rows, or nil for none.
  ///   - caption: the text below all.
  ///   - colorBars: the bars to the right of the images.
  ///   - panelSides: the length of an image's longer side, in pixels.
  /// - Throws: `ImageError` where there are no images, the rows differ in length, the numbers of titles do not fit, or
  ///   the smallest panel side is less than 1.
  public init(
    comparing panels: [[Panel]], rowTitles: [String] = [], columnTitles: [String] = [],
    image: Panel? = nil, caption: String? = nil, colorBars: [ColorBar] = [],
    panelSides: ClosedRange<Int> = 96...224
  ) throws(ImageError) {
    guard let first = panels.first, !first.isEmpty else {
      throw ImageError(.invalidArgument, "the comparison has no images; it needs at least one")
    }
    if let row = panels.firstIndex(where: { $0.count != first.count }) {
      throw ImageError(
        .invalidArgument,
        "row \(row) of the comparison has \(panels[row].count) images, but row 0 has \(first.count)")
    }
    try Figure.check(panelSides)
    self.init(rows: panels, caption: caption, colorBars: colorBars, panelSides: panelSides)
    self.rowTitles = rowTitles
    self.columnTitles = columnTitles
    leadingPanel = image
    try checkTitles()
  }

  /// Throws unless there are as many titles as rows and columns, or none.
  func checkTitles() throws(ImageError) {
    let columns = rows.map(\.count).max() ?? 0
    for (titles, count, kind) in [(rowTitles, rows.count, "row"), (columnTitles, columns, "column")] {
      guard titles.isEmpty || titles.count == count else {
        throw ImageError(
          .invalidArgument, "the numbers of \(kind) titles (\(titles.count)) and \(kind)s (\(count)) differ")
      }
    }
  }

  private static func check(_ panelSides: ClosedRange<Int>) throws(ImageError) {
    guard panelSides.lowerBound >= 1 else {
      throw ImageError(
        .invalidArgument, "a panel side of \(panelSides.lowerBound) pixels was asked for; it has at least one"
      )
    }
  }

  /// The number of columns at which a sheet comes near a good shape.
  ///
  /// Being off the shape by a factor costs its logarithm, and a share of empty places three times itself: both
  /// together choose 5 by 2 for ten squares, 4 by 3 for twelve, 4 by 4 for sixteen.
  private static func columns(for panels: [Panel]) -> Int {
    let shape = 1.5
    let aspect =
      panels.reduce(0) { $0 + Double($1.image.width) / Double($1.image.height) } / Double(panels.count)
    func cost(_ columns: Int) -> Double {
      let rows = (panels.count + columns - 1) / columns
      let places = columns * rows
      return abs(log(Double(columns) * aspect / (Double(rows) * shape)))
        + 3 * Double(places - panels.count) / Double(places)
    }
    return (1...panels.count).min { cost($0) < cost($1) } ?? 1
  }
}
