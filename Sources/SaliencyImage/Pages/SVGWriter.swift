import FoundationEssentials

/// A page as an SVG file: text as text, images inside as PNG.
struct SVGWriter {
  private let page: Page
  private let xmp: String?
  private var body = ""

  /// - Parameter xmp: a packet of XMP that the file carries, or nil.
  init(_ page: Page, xmp: String? = nil) { (self.page, self.xmp) = (page, xmp) }

  func bytes() throws(ImageError) -> [UInt8] {
    var writer = self
    try writer.add(page)
    let size = "width=\"\(page.width)\" height=\"\(page.height)\""
    let head = """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" \(size) viewBox="0 0 \(page.width) \(page.height)">
      \(xmp.map { "<metadata>\($0)</metadata>\n" } ?? "")\
      <style>text { font-family: "DejaVu Sans", Verdana, Helvetica, Arial, sans-serif; white-space: pre }</style>
      <rect \(size) fill="#ffffff"/>

      """
    return Array((head + writer.body + "</svg>\n").utf8)
  }

  private mutating func add(_ page: Page) throws(ImageError) {
    for mark in page.marks {
      switch mark {
      case .fill(let area, let color): body += "<rect \(Self.place(area)) fill=\"\(color.hexadecimal)\"/>\n"
      case .image(let image, let area, let filter):
        let shown = try image.detailed(in: area, filter: filter)
        let data = Data(try shown.encoded(as: .png)).base64EncodedString()
        body += """
          <image \(Self.place(area)) preserveAspectRatio="none" href="data:image/png;base64,\(data)"/>

          """
      case .line(let line): add(line)
      case .curve(let strokes, let area):
        body += """
          <g transform="translate(\(area.x) \(area.y))" fill="none" stroke-linecap="round" stroke-linejoin="round">

          """
        for path in strokes.paths {
          let points = path.points.map { "\($0.x.decimals) \($0.y.decimals)" }.joined(separator: " ")
          let stroke = "stroke=\"\(path.color.hexadecimal)\" stroke-width=\"\(path.thickness.decimals)\""
          body += "<polyline \(stroke) points=\"\(points)\"/>\n"
        }
        body += "</g>\n"
      case .part(let part, let x, let y):
        body += "<g transform=\"translate(\(x) \(y))\">\n"
        try add(part)
        body += "</g>\n"
      }
    }
  }

  private mutating func add(_ line: Page.Line) {
    let anchor =
      switch line.alignment {
      case .start: ""
      case .middle: " text-anchor=\"middle\""
      case .end: " text-anchor=\"end\""
      }
    let x = Float(line.start(length: 0)).decimals
    body += """
      <text x="\(x)" y="\(line.y + line.font.ascent)" font-size="\(line.size.pixels)"\(anchor) \
      fill="\(line.color.hexadecimal)">\(Self.escaped(line.text))</text>

      """
  }

  private static func place(_ area: Page.Area) -> String {
    "x=\"\(area.x)\" y=\"\(area.y)\" width=\"\(area.width)\" height=\"\(area.height)\""
  }

  /// A text as XML writes it; white space becomes spaces, and what XML cannot hold the replacement character.
  static func escaped(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "\t", "\n", "\r": result.append(" ")
      case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": result.append("\u{FFFD}")
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}

extension Color {
  /// The color as in "#ff8000".
  fileprivate var hexadecimal: String {
    "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
