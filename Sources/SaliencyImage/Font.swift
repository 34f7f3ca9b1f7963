import FoundationEssentials

/// Antialiased letters of one size.
struct Font: Sendable {
  /// The image of a character.
  struct Glyph: Sendable {
    let advance: Int
    let left: Int
    let top: Int
    let width: Int
    let height: Int
    /// Row by row, 0 to 15.
    let alphas: [UInt8]
  }

  /// 13 pixels, for captions and labels.
  static let small = Font(FontAtlas.small, FontAtlas.smallAscent, FontAtlas.smallDescent)
  /// 17 pixels, for titles.
  static let large = Font(FontAtlas.large, FontAtlas.largeAscent, FontAtlas.largeDescent)

  /// The rows above the baseline.
  let ascent: Int
  /// The rows of a line of text.
  let lineHeight: Int
  private let glyphs: [Character: Glyph]

  private init(_ atlas: String, _ ascent: Int, _ descent: Int) {
    self.ascent = ascent
    lineHeight = ascent + descent
    var glyphs: [Character: Glyph] = [:]
    let bytes = [UInt8](Data(base64Encoded: atlas)!)
    var position = 0
    while position < bytes.count {
      let code = UInt16(bytes[position]) | UInt16(bytes[position + 1]) << 8
      let (width, height) = (Int(bytes[position + 5]), Int(bytes[position + 6]))
      let packed = bytes[position + 7..<position + 7 + (width * height + 1) / 2]
      glyphs[Character(Unicode.Scalar(code)!)] = Glyph(
        advance: Int(bytes[position + 2]), left: Int(Int8(bitPattern: bytes[position + 3])),
        top: Int(Int8(bitPattern: bytes[position + 4])), width: width, height: height,
        alphas: packed.flatMap { [$0 >> 4, $0 & 15] })
      position += 7 + packed.count
    }
    self.glyphs = glyphs
  }

  /// The glyph of a character: a space for any white space, a box for what the font lacks.
  func glyph(for character: Character) -> Glyph {
    glyphs[character] ?? glyphs[character.isWhitespace ? " " : FontAtlas.replacement]!
  }

  /// Whether the font has a character.
  func hasGlyph(for character: Character) -> Bool { glyphs[character] != nil }

  /// The pixels that a text takes along the line.
  func width(of text: some StringProtocol) -> Int {
    text.reduce(0) { $0 + glyph(for: $1).advance }
  }

  /// The text, or as much of its start as fits with an ellipsis behind.
  func shortened(_ text: some StringProtocol, to width: Int) -> String {
    var end = text.startIndex
    var used = 0
    var fitting = end
    let ellipsis = glyph(for: "…").advance
    while end < text.endIndex {
      if used + ellipsis <= width { fitting = end }
      used += glyph(for: text[end]).advance
      if used > width {
        return text[..<fitting].trimmingSuffix(while: { $0.isWhitespace || $0 == "·" }) + "…"
      }
      end = text.index(after: end)
    }
    return String(text)
  }

  /// The text in lines of at most `width` pixels, broken at spaces and newlines; too long a word is broken
  /// anywhere, and what is beyond `maximumLines` is replaced with an ellipsis.
  func wrapped(_ text: String, to width: Int, maximumLines: Int) -> [String] {
    var lines: [String] = []
    for paragraph in text.split(whereSeparator: \.isNewline) {
      var rest = paragraph.drop(while: \.isWhitespace)
      while !rest.isEmpty {
        if lines.count == maximumLines - 1 {
          // The last line: all that is left, cut where it does not fit.
          let remainder = text[rest.startIndex...].split(whereSeparator: \.isNewline).joined(separator: " ")
          return lines + [shortened(remainder, to: width)]
        }
        let end = lineEnd(in: rest, width)
        lines.append(
          end == rest.endIndex
            ? String(rest) : rest[..<end].trimmingSuffix(while: { $0.isWhitespace || $0 == "·" }))
        rest = rest[end...].drop(while: \.isWhitespace)
      }
    }
    return lines
  }

  /// Where the first line of a text ends: before the last space that fits, else before the first letter that
  /// does not.
  private func lineEnd(in text: Substring, _ width: Int) -> String.Index {
    var used = 0
    var lastSpace: String.Index?
    for index in text.indices {
      if text[index].isWhitespace { lastSpace = index }
      used += glyph(for: text[index]).advance
      if used > width { return lastSpace ?? max(index, text.index(after: text.startIndex)) }
    }
    return text.endIndex
  }
}

extension StringProtocol {
  fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
    var end = endIndex
    while end > startIndex, predicate(self[index(before: end)]) { end = index(before: end) }
    return String(self[..<end])
  }
}
