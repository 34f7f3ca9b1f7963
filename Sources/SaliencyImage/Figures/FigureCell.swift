/// A panel with the size that its image has in a figure.
struct FigureCell {
  let panel: Figure.Panel
  let width: Int
  let height: Int
  private let filter: ResamplingFilter

  /// A panel with its image's longer side within a range: tiny images keep their pixels visible, others are smoothed, and charts stay
  /// as they are.
  init(_ panel: Figure.Panel, sides: ClosedRange<Int>) {
    self.panel = panel
    let (width, height) = (panel.image.width, panel.image.height)
    let longer = max(width, height)
    guard panel.chart == nil else {
      (self.width, self.height, filter) = (width, height, .nearest)
      return
    }
    guard longer * 3 > sides.lowerBound else {
      let factor = (sides.lowerBound + longer - 1) / longer
      (self.width, self.height, filter) = (width * factor, height * factor, .nearest)
      return
    }
    let target = min(max(longer, sides.lowerBound), sides.upperBound)
    func side(_ length: Int) -> Int { max((length * target + longer / 2) / longer, 1) }
    (self.width, self.height, filter) = (side(width), side(height), .bicubic)
  }

  /// Draws the image with its top left corner at a place.
  func draw(on page: inout Page, x: Int, y: Int) {
    if let chart = panel.chart {
      page.draw(chart.page, x: x, y: y)
      return
    }
    page.fill(x: x - 1, y: y - 1, width: width + 2, height: height + 2, .frame)
    page.draw(panel.image, x: x, y: y, width: width, height: height, filter: filter)
  }
}
