/// A page as a PDF file: text as text in an embedded font, images inside without loss.
///
/// A pixel is three quarters of a point, as in CSS. What is written is a small part of ISO 32000-1: one page with one font.
struct PDFWriter {
  private static let pointsPerPixel = 0.75

  private let page: Page
  private let xmp: String?
  private let font = OutlineFont.shared
  /// The objects, the first of which has the number 1.
  private var objects: [[UInt8]] = []
  private var content = ""
  private var images: [Int] = []

  /// - Parameter xmp: a packet of XMP that the file carries, or nil.
  init(_ page: Page, xmp: String? = nil) { (self.page, self.xmp) = (page, xmp) }

  func bytes() throws(ImageError) -> [UInt8] {
    var writer = self
    return try writer.file()
  }

  private mutating func file() throws(ImageError) -> [UInt8] {
    let scale = Self.pointsPerPixel
    let (width, height) = (Double(page.width) * scale, Double(page.height) * scale)
    content = "\(scale) 0 0 -\(scale) 0 \(height.decimals) cm\n"
    try add(page)
    let contents = add("<< /Length \(content.utf8.count) >>", stream: Array(content.utf8))
    let font = addFont()
    let names = images.enumerated().map { "/P\($0.offset) \($0.element) 0 R" }.joined(separator: " ")
    // Each of the two last refers to the other.
    let tree = objects.count + 2
    let leaf = add(
      """
      << /Type /Page /Parent \(tree) 0 R /MediaBox [0 0 \(width.decimals) \(height.decimals)] /Contents \(contents) 0 R
      /Resources << /Font << /F \(font) 0 R >> /XObject << \(names) >> >> >>
      """)
    let pages = add("<< /Type /Pages /Kids [\(leaf) 0 R] /Count 1 >>")
    let metadata = xmp.map { xmp in
      add("<< /Type /Metadata /Subtype /XML /Length \(xmp.utf8.count) >>", stream: Array(xmp.utf8))
    }
    let catalog = add(
      "<< /Type /Catalog /Pages \(pages) 0 R" + (metadata.map { " /Metadata \($0) 0 R" } ?? "") + " >>")
    return assembled(trailer: "/Root \(catalog) 0 R")
  }

  /// Adds an object and gives its number.
  private mutating func add(_ dictionary: String, stream: [UInt8]? = nil) -> Int {
    var bytes = Array(dictionary.utf8)
    if let stream { bytes += Array("\nstream\n".utf8) + stream + Array("\nendstream".utf8) }
    objects.append(bytes)
    return objects.count
  }

  /// The objects behind each other, and where each begins.
  private func assembled(trailer: String) -> [UInt8] {
    // The second line tells that the file is no text.
    var file = Array("%PDF-1.7\n%".utf8) + [0xE2, 0xE3, 0xCF, 0xD3, 0x0A]
    var places: [Int] = []
    for (index, object) in objects.enumerated() {
      places.append(file.count)
      file += Array("\(index + 1) 0 obj\n".utf8) + object + Array("\nendobj\n".utf8)
    }
    let start = file.count
    func padded(_ place: Int) -> String {
      String(repeating: "0", count: max(10 - String(place).count, 0)) + String(place)
    }
    let table =
      "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n"
      + places.map { padded($0) + " 00000 n \n" }.joined()
    let end = "trailer\n<< /Size \(objects.count + 1) \(trailer) >>\nstartxref\n\(start)\n%%EOF\n"
    return file + Array((table + end).utf8)
  }

  /// A text of any characters.
  static func text(_ text: String) -> String { "<FEFF" + hexadecimal(text.utf16) + ">" }

  private static func hexadecimal(_ numbers: some Sequence<UInt16>) -> String {
    numbers.map { number in
      let digits = String(number, radix: 16, uppercase: true)
      return String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
  }
}

// What is drawn.
extension PDFWriter {
  private mutating func add(_ page: Page) throws(ImageError) {
    for mark in page.marks {
      switch mark {
      case .fill(let area, let color):
        content += "\(Self.components(color)) rg \(area.x) \(area.y) \(area.width) \(area.height) re f\n"
      case .image(let image, let area, let filter):
        let name = try add(image.detailed(in: area, filter: filter), isSmooth: filter != .nearest)
        content += "q \(area.width) 0 0 -\(area.height) \(area.x) \(area.y + area.height) cm \(name) Do Q\n"
      case .line(let line): add(line)
      case .curve(let strokes, let area):
        content += "q 1 0 0 1 \(area.x) \(area.y) cm 1 J 1 j\n"
        for path in strokes.paths {
          content += "\(Self.components(path.color)) RG \(path.thickness.decimals) w "
          for (index, point) in path.points.enumerated() {
            content += "\(point.x.decimals) \(point.y.decimals) \(index == 0 ? "m" : "l") "
          }
          content += "S\n"
        }
        content += "Q\n"
      case .part(let part, let x, let y):
        content += "q 1 0 0 1 \(x) \(y) cm\n"
        try add(part)
        content += "Q\n"
      }
    }
  }

  private mutating func add(_ line: Page.Line) {
    let start = line.start(length: font.width(of: line.text, size: line.size.pixels)).decimals
    let glyphs = Self.hexadecimal(font.glyphs(of: line.text).map(\.number))
    // Where boxes stand for characters, the text is told apart from what is drawn.
    let isWhole = line.text.allSatisfy { font.glyphs[$0] != nil }
    if !isWhole { content += "/Span << /ActualText \(Self.text(line.text)) >> BDC " }
    content += """
      BT /F \(line.size.pixels) Tf \(Self.components(line.color)) rg 1 0 0 -1 \(start) \(line.y + line.font.ascent) Tm \
      <\(glyphs)> Tj ET

      """
    if !isWhole { content += "EMC\n" }
  }

  /// Adds an image and gives its name.
  private mutating func add(_ image: Image, isSmooth: Bool) throws(ImageError) -> String {
    // The compressed rows of a PNG file are what PDF calls Flate with PNG's predictors.
    let data = AnimatedPNG.chunks(of: try image.encoded(as: .png)).filter { $0.type == "IDAT" }
      .flatMap(\.data)
    let number = add(
      """
      << /Type /XObject /Subtype /Image /Width \(image.width) /Height \(image.height) /ColorSpace /DeviceRGB
      /BitsPerComponent 8 /Interpolate \(isSmooth) /Filter /FlateDecode /Length \(data.count)
      /DecodeParms << /Predictor 15 /Colors 3 /BitsPerComponent 8 /Columns \(image.width) >> >>
      """, stream: data)
    images.append(number)
    return "/P\(images.count - 1)"
  }

  private static func components(_ color: Color) -> String {
    [color.red, color.green, color.blue].map { (Double($0) / 255).decimals }.joined(separator: " ")
  }
}

// The font.
extension PDFWriter {
  /// Adds the font, whose characters are numbered as its glyphs, and what characters these are.
  private mutating func addFont() -> Int {
    let name = "SALNCY+DejaVuSans"
    let compressed = font.compressedFile
    let file = add(
      "<< /Length \(compressed.count) /Length1 \(FontOutlines.fileSize) /Filter /FlateDecode >>",
      stream: compressed)
    let box = FontOutlines.box.map(String.init).joined(separator: " ")
    let descriptor = add(
      """
      << /Type /FontDescriptor /FontName /\(name) /Flags 4 /FontBBox [\(box)] /ItalicAngle 0 /StemV 80
      /Ascent \(FontOutlines.ascent) /Descent \(FontOutlines.descent) /CapHeight \(FontOutlines.capitalHeight)
      /FontFile2 \(file) 0 R >>
      """)
    let glyphs = font.glyphs.sorted { $0.value.number < $1.value.number }
    let widths = glyphs.map { "\($0.value.number) [\($0.value.advance)]" }.joined(separator: " ")
    let descendant = add(
      """
      << /Type /Font /Subtype /CIDFontType2 /BaseFont /\(name) /FontDescriptor \(descriptor) 0 R /CIDToGIDMap /Identity
      /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /W [\(widths)] >>
      """)
    let characters = characterMap(glyphs.map { ($0.value.number, String($0.key)) })
    let map = add("<< /Length \(characters.utf8.count) >>", stream: Array(characters.utf8))
    return add(
      """
      << /Type /Font /Subtype /Type0 /BaseFont /\(name) /Encoding /Identity-H /DescendantFonts [\(descendant) 0 R]
      /ToUnicode \(map) 0 R >>
      """)
  }

  private func characterMap(_ glyphs: [(number: UInt16, character: String)]) -> String {
    // A block holds up to a hundred.
    let blocks = stride(from: 0, to: glyphs.count, by: 100).map { start in
      let block = glyphs[start..<min(start + 100, glyphs.count)]
      let lines = block.map {
        "<\(Self.hexadecimal([$0.number]))> <\(Self.hexadecimal($0.character.utf16))>\n"
      }
      return "\(block.count) beginbfchar\n\(lines.joined())endbfchar\n"
    }
    return """
      /CIDInit /ProcSet findresource begin
      12 dict begin
      begincmap
      /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
      /CMapName /Adobe-Identity-UCS def
      /CMapType 2 def
      1 begincodespacerange
      <0000> <FFFF>
      endcodespacerange
      \(blocks.joined())endcmap
      CMapName currentdict /CMap defineresource pop
      end
      end

      """
  }
}
