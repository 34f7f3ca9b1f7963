/// A line on the terminal that is drawn over again and again.
enum ProgressBar {
  static func draw(done: Int, of total: Int, name: String) {
    let width = 30
    let filled = width * done / max(total, 1)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    StandardError.write("\r\u{1B}[2K\(bar) \(done)/\(total) \(name.prefix(40))")
  }

  static func clear() {
    StandardError.write("\r\u{1B}[2K")
  }
}
