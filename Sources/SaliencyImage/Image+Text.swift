extension Image {
  /// A corner of an image.
  public enum Corner: String, Sendable, CaseIterable {
    case topLeft, topRight, bottomLeft, bottomRight
  }

  /// How large letters are.
  public enum TextSize: String, Sendable, CaseIterable {
    /// 13 pixels, as the captions of figures.
    case small
    /// 17 pixels, as the titles of figures.
    case large
  }

  /// The image with a line of text in a corner, on a dark plate through which the image shines a little.
  ///
  /// What is too long for the image is shortened with an ellipsis, line breaks become spaces, and what is still outside of
  /// the image is left out. An empty text changes nothing.
  public func drawing(
    text: String, corner: Corner = .bottomLeft, size: TextSize = .small, color: Color = Color(gray: 255)
  ) -> Image {
    let font = size.font
    let (inset, padding) = (4, 5)
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    let shortened = font.shortened(line, to: width - 2 * (inset + padding))
    guard line.contains(where: { !$0.isWhitespace }) else { return self }

    let plateWidth = font.width(of: shortened) + 2 * padding
    let plateHeight = font.lineHeight + 4
    let isLeft = corner == .topLeft || corner == .bottomLeft
    let isTop = corner == .topLeft || corner == .topRight
    let x = isLeft ? inset : width - inset - plateWidth
    let y = isTop ? inset : height - inset - plateHeight
    var result = self
    for row in max(y, 0)..<max(min(y + plateHeight, height), max(y, 0)) {
      for column in max(x, 0)..<max(min(x + plateWidth, width), max(x, 0)) {
        result[column, row] = result[column, row].mixed(with: .ink, 0.75)
      }
    }
    result.draw(shortened, x: x + padding, y: y + 2, font: font, color: color)
    return result
  }
}
