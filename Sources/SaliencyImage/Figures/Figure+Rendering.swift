extension Figure {
  /// The figure as one picture on white.
  ///
  /// - Throws: `ImageError` when there is no panel, when the numbers of titles do not fit, or when the figure would be
  ///   larger than ``Image/maximumPixelCount``.
  public func rendered() throws(ImageError) -> Image {
    guard rows.contains(where: { !$0.isEmpty }) else {
      throw ImageError(.invalidArgument, "the figure has no panels; it needs at least one")
    }
    try checkTitles()
    var cells: [[Panel]] = []
    var titles: [String] = []
    for (index, row) in rows.enumerated() where !row.isEmpty {
      var line: [Panel] = []
      for panel in row { line.append(try scaled(panel)) }
      cells.append(line)
      if !rowTitles.isEmpty { titles.append(rowTitles[index]) }
    }
    var lead: Panel?
    if let leadingPanel {
      // Beside three rows or more there is room for half as much again.
      lead = try scaled(leadingPanel, enlarged: cells.count >= 3)
    }
    let layout = FigureLayout(self, cells: cells, rowTitles: titles, lead: lead)
    try Image.check(width: layout.width, height: layout.height)

    var canvas = Image(width: layout.width, height: layout.height, filledWith: .paper)
    layout.draw(on: &canvas)
    return canvas
  }

  /// The panel with its picture's longer side within ``panelSides``: tiny pictures keep their pixels visible, others are
  /// smoothed, and charts and what ``keepsPictureSize`` asks for stay as they are.
  private func scaled(_ panel: Panel, enlarged: Bool = false) throws(ImageError) -> Panel {
    var panel = panel
    guard panel.chartMargins == nil else { return panel }
    var largest = enlarged ? panelSides.upperBound * 3 / 2 : panelSides.upperBound
    if keepsPictureSize { largest = max(largest, panel.image.width, panel.image.height) }
    panel.image = try Figure.scaled(panel.image, smallest: panelSides.lowerBound, largest: largest)
    return panel
  }

  private static func scaled(_ image: Image, smallest: Int, largest: Int) throws(ImageError) -> Image {
    let longer = max(image.width, image.height)
    if longer * 3 <= smallest {
      let factor = (smallest + longer - 1) / longer
      return try image.resized(width: image.width * factor, height: image.height * factor, filter: .nearest)
    }
    let target = min(max(longer, smallest), largest)
    func side(_ length: Int) -> Int { max((length * target + longer / 2) / longer, 1) }
    return try image.resized(width: side(image.width), height: side(image.height), filter: .bicubic)
  }
}
