extension Figure {
  /// The figure as one image on white.
  ///
  /// - Throws: `ImageError` when there is no panel, when the numbers of titles do not fit, or when the figure would be
  ///   larger than ``Image/maximumPixelCount``.
  public func rendered() throws(ImageError) -> Image {
    try page(keepsImageSize: keepsImageSize).rendered()
  }

  /// The figure laid out.
  ///
  /// - Parameter keepsImageSize: whether images larger than ``panelSides`` make the page larger.
  func page(keepsImageSize: Bool) throws(ImageError) -> Page {
    guard rows.contains(where: { !$0.isEmpty }) else {
      throw ImageError(.invalidArgument, "the figure has no panels; it needs at least one")
    }
    try checkTitles()
    func cell(_ panel: Panel, enlarged: Bool = false) -> FigureCell {
      var largest = enlarged ? panelSides.upperBound * 3 / 2 : panelSides.upperBound
      if keepsImageSize { largest = max(largest, panel.image.width, panel.image.height) }
      return FigureCell(panel, sides: panelSides.lowerBound...largest)
    }
    let kept = rows.indices.filter { !rows[$0].isEmpty }
    let cells = kept.map { index in rows[index].map { cell($0) } }
    let titles = rowTitles.isEmpty ? [] : kept.map { rowTitles[$0] }
    // Beside three rows or more there is room for half as much again.
    let lead = leadingPanel.map { cell($0, enlarged: cells.count >= 3) }
    var figure = self
    for index in colorBars.indices {
      // Rows are counted anew without those that are left out.
      figure.colorBars[index].rows = colorBars[index].rows.map { rows in
        kept.count { $0 < rows.lowerBound }..<kept.count { $0 < rows.upperBound }
      }
    }
    return try FigureLayout(figure, cells: cells, rowTitles: titles, lead: lead).page()
  }
}
