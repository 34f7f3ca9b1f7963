extension Color {
  /// What figures are drawn on.
  static let paper = Color(gray: 255)
  /// Lines around images and plots.
  static let frame = Color(gray: 208)
  /// Lines behind what is plotted.
  static let grid = Color(gray: 232)
  /// Titles and curves.
  static let ink = Color(gray: 24)
  /// Labels and captions.
  static let quietInk = Color(gray: 72)

  /// The color on the way from this one (0) to another (1).
  func mixed(with other: Color, _ share: Float) -> Color {
    let share = min(max(share, 0), 1)
    func mixed(_ from: UInt8, _ to: UInt8) -> UInt8 {
      UInt8((Float(from) + (Float(to) - Float(from)) * share).rounded())
    }
    return Color(
      red: mixed(red, other.red), green: mixed(green, other.green), blue: mixed(blue, other.blue))
  }
}
