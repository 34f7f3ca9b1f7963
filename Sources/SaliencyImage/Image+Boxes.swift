/// A rectangle that is drawn onto an image.
package struct OutlinedBox: Sendable, Hashable {
  /// The edges, in pixels of the image.
  package let (left, top, right, bottom): (Double, Double, Double, Double)
  /// Whether it is set off from the others.
  package let isMeant: Bool

  /// A rectangle by its edges.
  package init(left: Double, top: Double, right: Double, bottom: Double, isMeant: Bool) {
    (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
    self.isMeant = isMeant
  }
}

extension Image {
  /// The image with outlines of boxes: white ones, and those that are meant in a strong color and on top.
  package func outlined(_ boxes: [OutlinedBox]) -> Image {
    var result = self
    let width = max(1, min(self.width, self.height) / 160)
    for box in boxes where !box.isMeant { result.outline(box, width: width, .outline, edge: width) }
    for box in boxes where box.isMeant { result.outline(box, width: 2 * width, .meantOutline, edge: width) }
    return result
  }

  /// Draws the outline of a box with a dark edge around it; what is outside of the image lies on its rim.
  private mutating func outline(_ box: OutlinedBox, width: Int, _ color: Color, edge: Int) {
    func pixel(_ value: Double, _ side: Int) -> Int {
      value.isFinite ? Int(min(max(value, 0), Double(side)).rounded()) : 0
    }
    let (left, right) = (pixel(box.left, self.width), pixel(box.right, self.width))
    let (top, bottom) = (pixel(box.top, height), pixel(box.bottom, height))
    guard right > left, bottom > top else { return }
    func frame(_ margin: Int, _ width: Int, _ color: Color) {
      let (x, y) = (left - margin, top - margin)
      let (across, down) = (right - left + 2 * margin, bottom - top + 2 * margin)
      fill(x: x, y: y, width: across, height: width, color)
      fill(x: x, y: y + down - width, width: across, height: width, color)
      fill(x: x, y: y, width: width, height: down, color)
      fill(x: x + across - width, y: y, width: width, height: down, color)
    }
    frame(edge, width + 2 * edge, .ink)
    frame(0, width, color)
  }
}

extension Color {
  /// Outlines of boxes.
  fileprivate static let outline = Color(gray: 255)
  /// Outlines of boxes that are meant.
  fileprivate static let meantOutline = Color(red: 0, green: 230, blue: 118)
}
