extension Image {
  /// Writes the number of a tick below it, unless it would touch the one before.
  ///
  /// - Parameters:
  ///   - label: the number.
  ///   - tick: where the tick begins.
  ///   - free: where the last number has ended.
  /// - Returns: where the next may begin.
  mutating func draw(tickLabel label: String, below tick: (x: Int, y: Int), from free: Int) -> Int {
    let width = Font.small.width(of: label)
    let start = min(tick.x - width / 2, self.width - width)
    guard start >= free else { return free }
    draw(label, x: start, y: tick.y + 6, font: .small, color: .quietInk)
    return start + width + 8
  }

  /// Writes what an axis means in the middle below it, shortened to its width.
  mutating func draw(axisLabel text: String, x: Int, y: Int, width: Int) {
    let label = Font.small.shortened(text, to: width)
    draw(label, x: x + (width - Font.small.width(of: label)) / 2, y: y, font: .small, color: .ink)
  }
}
