extension Page {
  /// The page as pixels.
  ///
  /// - Throws: `ImageError` where an image cannot be resized.
  func rendered() throws(ImageError) -> Image {
    var canvas = Image(width: width, height: height, filledWith: .paper)
    for mark in marks {
      switch mark {
      case .fill(let area, let color):
        canvas.fill(x: area.x, y: area.y, width: area.width, height: area.height, color)
      case .image(let image, let area, let filter):
        canvas.paste(
          try image.resized(width: area.width, height: area.height, filter: filter), x: area.x, y: area.y)
      case .line(let line):
        let length = line.font.width(of: line.text)
        let start =
          switch line.alignment {
          case .start: line.x
          case .middle: line.x + (line.width - length) / 2
          case .end: line.x + line.width - length
          }
        canvas.draw(line.text, x: start, y: line.y, font: line.font, color: line.color)
      case .curve(let strokes, let area):
        var covered = Strokes(width: area.width, height: area.height)
        for stroke in strokes { covered.add(stroke) }
        covered.paint(on: &canvas, x: area.x, y: area.y)
      case .part(let part, let x, let y): canvas.paste(try part.rendered(), x: x, y: y)
      }
    }
    return canvas
  }
}
