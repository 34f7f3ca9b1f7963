import FoundationEssentials

/// The font of figures as outlines, for files in which text stays text.
struct OutlineFont: Sendable {
  /// A character's number in the font, and its width in thousandths of the size.
  struct Glyph: Sendable {
    let number: UInt16
    let advance: Int
  }

  static let shared = OutlineFont()

  let glyphs: [Character: Glyph]
  private let replacement: Glyph

  private init() {
    let bytes = [UInt8](Data(base64Encoded: FontOutlines.glyphs)!)
    func number(_ index: Int) -> UInt16 { UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8 }
    var glyphs: [Character: Glyph] = [:]
    for start in stride(from: 0, to: bytes.count, by: 6) {
      glyphs[Character(Unicode.Scalar(number(start))!)] = Glyph(
        number: number(start + 2), advance: Int(number(start + 4)))
    }
    self.glyphs = glyphs
    replacement = glyphs[FontAtlas.replacement]!
  }

  /// The font's TrueType file as zlib compressed it.
  var compressedFile: [UInt8] { [UInt8](Data(base64Encoded: FontOutlines.file)!) }

  /// The glyphs of a text: spaces for any white space, a box for what the font lacks.
  func glyphs(of text: String) -> [Glyph] {
    text.map { glyphs[$0] ?? ($0.isWhitespace ? glyphs[" "]! : replacement) }
  }

  /// The length of a text of a size.
  func width(of text: String, size: Int) -> Double {
    Double(glyphs(of: text).reduce(0) { $0 + $1.advance } * size) / 1000
  }
}

extension Image.TextSize {
  /// The letters as pixels.
  var font: Font { self == .small ? .small : .large }

  /// The height of the letters' square, in pixels.
  var pixels: Int { self == .small ? 13 : 17 }
}
