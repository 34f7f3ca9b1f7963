import Testing

@testable import SaliencyImage

@Suite("Figures")
struct FigureTests {
  @Test("Three panels stand side by side on white, with the caption below")
  func layout() throws {
    let map = try HeatMap(width: 7, height: 7, values: (0..<49).map(Float.init))
    let figure = try Figure(
      image: gradient(224, 224), heatMap: map, caption: "Egyptian cat · score 9.82")
    let result = try figure.rendered()
    #expect(result.width > 3 * 224 && result.width < 3 * 224 + 180)
    #expect(result.height > 224 + 60 && result.height < 224 + 140)
    #expect(result[0, 0] == Color(gray: 255))
    #expect(result[result.width - 1, result.height - 1] == Color(gray: 255))
  }

  @Test(
    "Panels are brought to a readable size",
    arguments: [(1, 1), (32, 32), (3, 500), (100, 80), (2000, 10), (7, 5)])
  func panelSizes(width: Int, height: Int) throws {
    let result = try Figure(rows: [[Figure.Panel(image: gradient(width, height))]]).rendered()
    #expect(max(result.width, result.height) >= 224)
    #expect(max(result.width, result.height) <= 640 + 40)
  }

  @Test("Rows of different lengths and sizes make a contact sheet")
  func contactSheet() throws {
    let panel = Figure.Panel(title: "a", image: gradient(224, 100))
    let tall = Figure.Panel(image: gradient(100, 224))
    let result = try Figure(
      rows: [[panel, panel], [], [tall]], colorBars: [Figure.ColorBar(colorMap: .jet)]
    )
    .rendered()
    #expect(result.width > 2 * 224)
    #expect(result.height > 100 + 224)
  }

  @Test("A figure without panels is refused", arguments: [[], [[]]] as [[[Figure.Panel]]])
  func empty(rows: [[Figure.Panel]]) {
    let error = #expect(throws: ImageError.self) { try Figure(rows: rows).rendered() }
    #expect(error?.description == "the figure has no panels; it needs at least one")
  }

  @Test("Long captions are wrapped at spaces, then cut with an ellipsis")
  func wrapping() {
    let font = Font.small
    let text = String(repeating: "water ouzel · ", count: 40)
    let lines = font.wrapped(text, to: 300, maximumLines: 3)
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { font.width(of: $0) <= 300 })
    #expect(lines[2].hasSuffix("…"))
    #expect(lines.allSatisfy { !$0.hasPrefix(" ") && !$0.hasSuffix("·") && !$0.hasSuffix("· …") })
    #expect(font.wrapped("one\ntwo", to: 300, maximumLines: 3) == ["one", "two"])
    #expect(font.wrapped(" \n ", to: 300, maximumLines: 3) == [])
    #expect(font.wrapped(String(repeating: "x", count: 99), to: 50, maximumLines: 2).count == 2)
    #expect(font.wrapped("wide", to: 0, maximumLines: 2).count <= 2)
  }

  @Test("Text that fits is not shortened")
  func fitting() {
    let width = Font.large.width(of: "overlay")
    #expect(Font.large.shortened("overlay", to: width) == "overlay")
    #expect(Font.large.shortened("overlay", to: width - 1).hasSuffix("…"))
  }

  @Test("Characters that the font lacks are drawn as boxes, decomposed letters as composed ones")
  func unknownCharacters() {
    let box = Font.small.glyph(for: FontAtlas.replacement)
    #expect(Font.small.glyph(for: "猫").alphas == box.alphas)
    #expect(Font.small.glyph(for: "👩‍👩‍👧").alphas == box.alphas)
    #expect(Font.small.glyph(for: "e\u{301}").alphas == Font.small.glyph(for: "é").alphas)
    #expect(Font.small.glyph(for: "\t").alphas.isEmpty)
    for character in "–—·…×→≥≤°µÿ−" { #expect(Font.large.glyph(for: character).alphas != box.alphas) }
  }
}

@Suite("Encoding")
struct EncodingTests {
  @Test("PNG and WebP keep every pixel, JPEG nearly", arguments: ImageFormat.allCases)
  func roundTrip(format: ImageFormat) throws {
    var image = Image(width: 40, height: 30, filledWith: Color(gray: 128))
    for y in 0..<30 {
      for x in 0..<40 { image[x, y] = Color(red: UInt8(6 * x), green: UInt8(8 * y), blue: 128) }
    }
    let bytes = try image.encoded(as: format)
    let read = try Image(decoding: bytes)
    let difference = try #require(zip(read.pixels, image.pixels).map { abs(Int($0) - Int($1)) }.max())
    #expect(difference <= (format == .jpeg ? 6 : 0))
    #expect([read.width, read.height] == [40, 30])
  }

  @Test(
    "Sides that a format cannot hold are refused", arguments: [(ImageFormat.jpeg, 65_501), (.webp, 16_384)])
  func tooLong(format: ImageFormat, side: Int) throws {
    let image = Image(width: side, height: 1, filledWith: Color(gray: 1))
    let error = #expect(throws: ImageError.self) { try image.encoded(as: format) }
    #expect(error?.code == .encodingFailed)
    #expect(error?.description.contains("\(side)×1 pixels cannot be written as \(format.rawValue)") == true)
    #expect(try Image(decoding: image.encoded(as: .png)) == image)
  }

  @Test("Endings name formats in any case")
  func endings() {
    #expect(
      ["png", "JPG", "jpeg", "WebP"].map(ImageFormat.init(pathExtension:)) == [.png, .jpeg, .jpeg, .webp])
    #expect(ImageFormat(pathExtension: "gif") == nil)
  }
}
