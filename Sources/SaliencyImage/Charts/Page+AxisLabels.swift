extension Page {
  /// Writes the number of a tick below it, unless it would touch the one before.
  ///
  /// - Parameters:
  ///   - label: the number.
  ///   - tick: where the tick begins.
  ///   - free: where the last number has ended.
  /// - Returns: where the next may begin.
  mutating func write(tickLabel label: String, below tick: (x: Int, y: Int), from free: Int) -> Int {
    let length = Font.small.width(of: label)
    let start = min(tick.x - length / 2, width - length)
    guard start >= free else { return free }
    write(label, x: start, y: tick.y + 6, color: .quietInk)
    return start + length + 8
  }

  /// Writes what an axis means in the middle below it, shortened to its width.
  mutating func write(axisLabel text: String, x: Int, y: Int, width: Int) {
    write(Font.small.shortened(text, to: width), .middle, x: x, width: width, y: y, color: .ink)
  }

  /// Draws the frame of a plot and clears what is inside.
  mutating func drawFrame(x: Int, y: Int, width: Int, height: Int) {
    fill(x: x - 1, y: y - 1, width: width + 2, height: height + 2, .frame)
    fill(x: x, y: y, width: width, height: height, .paper)
  }
}
