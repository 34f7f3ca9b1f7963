extension Image {
  /// Draws a line of text whose top left corner is at (x, y); what is outside of the image is left out.
  mutating func draw(_ text: String, x: Int, y: Int, font: Font, color: Color) {
    var pen = x
    for character in text {
      let glyph = font.glyph(for: character)
      for row in 0..<glyph.height {
        let targetRow = y + font.ascent - glyph.top + row
        guard targetRow >= 0, targetRow < height else { continue }
        for column in 0..<glyph.width {
          let targetColumn = pen + glyph.left + column
          let alpha = Int(glyph.alphas[row * glyph.width + column])
          guard alpha > 0, targetColumn >= 0, targetColumn < width else { continue }
          let below = self[targetColumn, targetRow]
          func mixed(_ ink: UInt8, _ paper: UInt8) -> UInt8 {
            UInt8((Int(ink) * alpha + Int(paper) * (15 - alpha) + 7) / 15)
          }
          self[targetColumn, targetRow] = Color(
            red: mixed(color.red, below.red), green: mixed(color.green, below.green),
            blue: mixed(color.blue, below.blue))
        }
      }
      pen += glyph.advance
    }
  }

  /// Fills an area, of which what is outside of the image is left out.
  mutating func fill(x: Int, y: Int, width: Int, height: Int, _ color: Color) {
    for row in max(y, 0)..<max(min(y + height, self.height), max(y, 0)) {
      for column in max(x, 0)..<max(min(x + width, self.width), max(x, 0)) { self[column, row] = color }
    }
  }
}
