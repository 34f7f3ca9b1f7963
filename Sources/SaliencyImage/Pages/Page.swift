/// What is drawn on white paper: laid out once, and then written as pixels, as SVG or as PDF.
///
/// Lengths are pixels from the top left corner.
struct Page: Sendable, Equatable {
  /// An area with sides of at least 1.
  struct Area: Sendable, Equatable {
    let x: Int
    let y: Int
    let width: Int
    let height: Int
  }

  /// A line of text.
  struct Line: Sendable, Equatable {
    enum Alignment: Sendable { case start, middle, end }

    let text: String
    /// Where the text begins, has its middle or ends.
    let alignment: Alignment
    /// Where the room begins that the text is aligned in.
    let x: Int
    /// How wide that room is; a text may be wider.
    let width: Int
    let y: Int
    let size: Image.TextSize
    let color: Color
  }

  /// A straight piece of a curve, whose ends are round.
  struct Stroke: Sendable, Equatable {
    struct Point: Sendable, Equatable {
      let x: Float
      let y: Float
    }

    let start: Point
    let end: Point
    let thickness: Float
    let color: Color
  }

  /// What is drawn, each over what came before.
  enum Mark: Sendable, Equatable {
    case fill(Area, Color)
    /// An image that fills an area; where it has other sides they are brought to the area's by the filter.
    case image(Image, Area, ResamplingFilter)
    case line(Line)
    /// The pieces of one curve, whose places count from the area's corner.
    case curve([Stroke], Area)
    /// A page within the page, whose top left corner lies at a place.
    case part(Page, x: Int, y: Int)
  }

  let width: Int
  let height: Int
  private(set) var marks: [Mark] = []

  /// An empty page.
  ///
  /// - Throws: `ImageError` where it would be larger than ``Image/maximumPixelCount``, or have no pixel.
  init(width: Int, height: Int) throws(ImageError) {
    try Image.check(width: width, height: height)
    (self.width, self.height) = (width, height)
  }

  /// A page that an image fills.
  init(_ image: Image) {
    (width, height) = (image.width, image.height)
    marks = [.image(image, Area(x: 0, y: 0, width: width, height: height), .nearest)]
  }

  /// Fills an area; nothing where a side is less than 1.
  mutating func fill(x: Int, y: Int, width: Int, height: Int, _ color: Color) {
    guard width > 0, height > 0 else { return }
    marks.append(.fill(Area(x: x, y: y, width: width, height: height), color))
  }

  /// Draws an image that fills an area.
  mutating func draw(
    _ image: Image, x: Int, y: Int, width: Int, height: Int, filter: ResamplingFilter = .nearest
  ) {
    marks.append(.image(image, Area(x: x, y: y, width: width, height: height), filter))
  }

  /// Writes a line of text, whose top is at `y`, into a room of a width that begins at `x`.
  mutating func write(
    _ text: String, _ alignment: Line.Alignment = .start, x: Int, width: Int = 0, y: Int,
    size: Image.TextSize = .small, color: Color
  ) {
    guard !text.isEmpty else { return }
    marks.append(
      .line(Line(text: text, alignment: alignment, x: x, width: width, y: y, size: size, color: color)))
  }

  /// Draws a curve into an area.
  mutating func draw(_ curve: [Stroke], x: Int, y: Int, width: Int, height: Int) {
    marks.append(.curve(curve, Area(x: x, y: y, width: width, height: height)))
  }

  /// Draws another page.
  mutating func draw(_ part: Page, x: Int, y: Int) { marks.append(.part(part, x: x, y: y)) }
}

extension Page.Line {
  var font: Font { size.font }

  /// Where the text begins if it has a length.
  func start(length: Double) -> Double {
    switch alignment {
    case .start: Double(x)
    case .middle: Double(x) + (Double(width) - length) / 2
    case .end: Double(x + width) - length
    }
  }
}
