import FoundationEssentials
import Testing

@testable import SaliencyImage

/// Figures as SVG and PDF.
@Suite("Figures of outlines")
struct OutlineTests {
  private static let samples = ["a < b & \"c\"", "3×3 · −1 … ∂y/∂x", "größe — e\u{301}", "猫 tab\tbed"]

  private static func figure(_ text: String = "caption", side: Int = 40) -> Figure {
    let panel = Figure.Panel(title: text, image: gradient(side, side), caption: text)
    var figure = Figure(
      rows: [[panel, panel]], caption: text, colorBars: [Figure.ColorBar(colorMap: .inferno)],
      panelSides: 64...64)
    figure.rowTitles = [text]
    return figure
  }

  private static func svg(_ figure: Figure) throws -> String {
    String(decoding: try figure.encoded(as: .svg), as: UTF8.self)
  }

  @Test("Texts are texts in SVG, with what XML reserves escaped", arguments: samples)
  func texts(text: String) throws {
    let svg = try Self.svg(Self.figure(text))
    let escaped = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\t", with: " ")
    #expect(svg.contains(">\(escaped)</text>"))
    #expect(
      svg.hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=") && svg.hasSuffix("</svg>\n"))
    let size = try Self.figure(text).rendered()
    #expect(
      svg.contains(
        "width=\"\(size.width)\" height=\"\(size.height)\" viewBox=\"0 0 \(size.width) \(size.height)\""))
  }

  @Test("Control characters, which XML cannot hold, are replaced")
  func controlCharacters() {
    #expect(SVGWriter.escaped("a\u{1}\u{FFFF}b\r\n") == "a\u{FFFD}\u{FFFD}b  ")
  }

  @Test(
    "Images are inside as PNG, with all their pixels, and with no fewer than their place has",
    arguments: [8, 40, 64, 300])
  func images(side: Int) throws {
    let svg = try Self.svg(Self.figure(side: side))
    let images = svg.split(separator: "data:image/png;base64,").dropFirst().map { $0.prefix { $0 != "\"" } }
    let sides = try images.map { try Image(decoding: [UInt8](Data(base64Encoded: String($0))!)).width }
    // The last one is the bar of colors.
    #expect(sides == [max(side, 64), max(side, 64), 12])
    #expect(svg.contains("width=\"64\" height=\"64\" preserveAspectRatio=\"none\""))
  }

  @Test("Charts have lines and texts of their own")
  func charts() throws {
    let line = try LineChart(
      series: [.init(name: "curve", points: [.init(x: 0, y: 0), .init(x: 1, y: 1), .init(x: 2, y: 0)])],
      axisLabel: "share"
    ).panel(title: "lines")
    let bars = try BarChart(attributions: [2, -1], names: ["age", "weight"]).panel()
    let signal = try SignalChart(
      channels: [.init(name: "lead", samples: [0, 1, 0, -1], attributions: [0, 1, 2, -1])]
    ).panel()
    let svg = try Self.svg(Figure(rows: [[line], [bars], [signal]]))
    for text in ["curve", "share", "lines", "age", "−1.00", "lead"] {
      #expect(svg.contains(">\(text)</text>"), "\(text)")
    }
    // One line through all points.
    #expect(svg.components(separatedBy: "<polyline").count == 3)
    // A chart whose image is replaced is an image.
    var replaced = line
    replaced.image = gradient(40, 40)
    #expect(try !Self.svg(Figure(rows: [[replaced]])).contains("<polyline"))
  }

  @Test("A PDF file names where its objects are, and has the font and the texts inside", arguments: samples)
  func pdf(text: String) throws {
    let bytes = try Self.figure(text).encoded(as: .pdf)
    let file = bytes.characters
    #expect(file.hasPrefix("%PDF-1.7\n") && file.hasSuffix("%%EOF\n"))
    let table = file.components(separatedBy: "\nxref\n")[1].split(separator: "\n")
    let places = table.dropFirst(2).prefix { $0.hasSuffix(" n ") }.map { Int($0.prefix(10))! }
    #expect(places.count > 8)
    for (index, place) in places.enumerated() {
      #expect(bytes[place...].starts(with: "\(index + 1) 0 obj\n".utf8))
    }
    let start = Int(file.components(separatedBy: "startxref\n")[1].prefix { $0 != "\n" })!
    #expect(bytes[start...].starts(with: "xref\n".utf8))
    let glyphs = OutlineFont.shared.glyphs(of: text).map { glyph in
      let digits = String(glyph.number, radix: 16, uppercase: true)
      return String(repeating: "0", count: 4 - digits.count) + digits
    }
    #expect(file.contains("<\(glyphs.joined())> Tj"))
    #expect(file.contains("/ActualText") == text.contains("猫"))
    #expect(file.contains("/FontFile2") && file.contains("/ToUnicode"))
  }

  @Test("The letters of outlines are nearly as wide as those of pixels")
  func widths() {
    for size in Image.TextSize.allCases {
      for text in ["image", "gradient · 0.3946 · efficientnet-lite0.onnx", "−1×2 ≤ ∞"] {
        let width = OutlineFont.shared.width(of: text, size: size.pixels)
        #expect(abs(width - Double(size.font.width(of: text))) < 0.06 * width)
      }
    }
    #expect(OutlineFont.shared.glyphs.count == 521)
  }

  @Test("Files carry the XMP that they are given")
  func metadata() throws {
    let page = Page(gradient(4, 3))
    let svg = String(decoding: try SVGWriter(page, xmp: "<a>∂</a>").bytes(), as: UTF8.self)
    #expect(svg.contains("<metadata><a>∂</a></metadata>"))
    let pdf = String(decoding: try PDFWriter(page, xmp: "<a>∂</a>").bytes(), as: UTF8.self)
    #expect(pdf.contains("<< /Type /Metadata /Subtype /XML /Length 10 >>\nstream\n<a>∂</a>\nendstream"))
    #expect(try /\/Type \/Catalog \/Pages \d+ 0 R \/Metadata \d+ 0 R/.firstMatch(in: pdf) != nil)
    #expect(pdf.contains("/MediaBox [0 0 3 2.25]"))
  }

  @Test(
    "An image alone fills its page, and the ending of a file's name decides",
    arguments: ["svg", "pdf", "PNG"])
  func endings(ending: String) throws {
    let format = try #require(FigureFormat(pathExtension: ending))
    #expect(format.name.lowercased() == ending.lowercased())
    let path = "/tmp/saliency-outline-test.\(ending)"
    try gradient(30, 20).write(to: path)
    let written = try Data(contentsOf: URL(filePath: path))
    try FileManager.default.removeItem(atPath: path)
    #expect([UInt8](written) == (try gradient(30, 20).encoded(as: format)))
    let error = #expect(throws: ImageError.self) { try gradient(3, 2).write(to: "/tmp/a.gif") }
    #expect(
      error?.description == "/tmp/a.gif: an image's name has to end in .png, .jpg, .webp, .svg or .pdf")
  }

  @Test(
    "Numbers are short",
    arguments: [(0, "0"), (-0.0001, "0"), (1, "1"), (-2.5, "-2.5"), (0.0625, "0.063"), (10.05, "10.05")])
  func decimals(number: Double, text: String) {
    #expect(number.decimals == text)
  }
}

extension [UInt8] {
  /// A character for each byte.
  fileprivate var characters: String { String(String.UnicodeScalarView(map { Unicode.Scalar($0) })) }
}
