/// Lines of any direction, antialiased.
///
/// How much of each pixel they cover is collected before anything is painted, so that pieces of one curve do not add up where
/// they meet.
struct Strokes {
  private let width: Int
  private let height: Int
  private var coverage: [Float]
  private var colors: [Color]

  /// Strokes in an area of this size; what is outside of it is left out.
  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    coverage = Array(repeating: 0, count: width * height)
    colors = Array(repeating: .ink, count: width * height)
  }

  /// Adds a piece of a page's curve.
  mutating func add(_ stroke: Page.Stroke) {
    add(
      from: (stroke.start.x, stroke.start.y), to: (stroke.end.x, stroke.end.y), thickness: stroke.thickness,
      color: stroke.color)
  }

  /// Adds a piece of line with round ends; the middle of the first pixel is at (0.5, 0.5).
  mutating func add(
    from start: (x: Float, y: Float), to end: (x: Float, y: Float), thickness: Float, color: Color
  ) {
    let radius = thickness / 2
    let reach = radius + 1
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let lengthSquared = dx * dx + dy * dy
    func pixels(_ a: Float, _ b: Float, _ count: Int) -> Range<Int> {
      let first = max(min(a, b) - reach, 0)
      let last = min(max(a, b) + reach, Float(count))
      return first < last ? Int(first)..<min(Int(last) + 1, count) : 0..<0
    }
    let columns = pixels(start.x, end.x, width)
    for row in pixels(start.y, end.y, height) {
      for column in columns {
        let (x, y) = (Float(column) + 0.5 - start.x, Float(row) + 0.5 - start.y)
        let along = lengthSquared > 0 ? min(max((x * dx + y * dy) / lengthSquared, 0), 1) : 0
        let (offX, offY) = (x - along * dx, y - along * dy)
        let covered = min(max(radius + 0.5 - (offX * offX + offY * offY).squareRoot(), 0), 1)
        let index = row * width + column
        guard covered > coverage[index] else { continue }
        coverage[index] = covered
        colors[index] = color
      }
    }
  }

  /// Paints the strokes onto an image, the area's top left corner at (x, y).
  ///
  /// - Precondition: the area lies inside the image.
  func paint(on image: inout Image, x: Int, y: Int) {
    for row in 0..<height {
      for column in 0..<width where coverage[row * width + column] > 0 {
        let index = row * width + column
        image[x + column, y + row] = image[x + column, y + row].mixed(with: colors[index], coverage[index])
      }
    }
  }
}
