internal import LibC

/// Where the tokens of a text go, and how they are drawn.
struct TextDrawing {
  /// A part of a token that stands in one line.
  struct Piece: Equatable {
    let token: Int
    let text: String
    let x: Int
    let line: Int
    let width: Int
  }

  private static let wordGap = 5
  private static let scaleWidth = 180
  private static let scaleHeight = 10

  let pieces: [Piece]
  private let lineCount: Int
  private let size: Image.TextSize
  private let width: Int
  private let colors: ColorMap
  private let scaleLabel: String?
  /// The tokens' shares of the strongest color, from −1 or 0 to 1.
  private let shares: [Float]
  /// The pixels beside the letters of a token, fewer where tokens are single letters.
  private let padding: Int
  /// What the strongest color stands for, and whether numbers lie beyond it.
  private let bound: Float
  private let isExceeded: Bool
  /// What is said where all tokens have one color.
  let zeroNote: String?

  init(_ chart: TextChart, colors: ColorMap) throws(ImageError) {
    let tokens = Array(chart.tokens.prefix(TextChart.maximumTokenCount))
    let map = try HeatMap(width: tokens.count, height: 1, values: tokens.map(\.attribution))
    // The 99th percentile of a few is the largest.
    let isLargest = chart.percentile >= 100 * (1 - 1 / Double(tokens.count))
    shares = try map.normalized(percentile: isLargest ? 100 : chart.percentile, scaling: chart.scaling).values
    zeroNote = map.zeroNote(scaling: chart.scaling)
    let largest = map.values.map { map.isSigned(chart.scaling) ? abs($0) : max($0, 0) }
    // Any number with a share within the scale tells what its end stands for.
    bound = zip(largest, shares).first { $1 != 0 && abs($1) < 1 }.map { $0 / abs($1) } ?? largest.max()!
    isExceeded = largest.max()! > bound * 1.0001
    size = chart.textSize ?? (tokens.count <= 150 ? .large : .small)
    (width, self.colors, scaleLabel) = (chart.plotWidth, colors, chart.scaleLabel)
    let letterCount = tokens.reduce(0) { $0 + $1.text.count }
    padding = letterCount < 2 * tokens.count ? 1 : 2
    (pieces, lineCount) = Self.layout(tokens, width: chart.plotWidth, padding: padding, font: size.font)
  }

  /// The tokens in lines, broken between words, and within those that are longer than a line.
  private static func layout(
    _ tokens: [TextChart.Token], width: Int, padding: Int, font: Font
  ) -> (pieces: [Piece], lineCount: Int) {
    let texts = tokens.map { font.readable($0.text) }
    let widths = texts.map { font.width(of: $0) + 2 * padding }
    var pieces: [Piece] = []
    // A hair of white tells the tokens of a word apart.
    let gap = padding - 1
    var (x, line) = (0, 0)
    var start = 0
    while start < tokens.count {
      var end = start + 1
      while end < tokens.count, !tokens[end].startsWord, !tokens[end - 1].text.endsLine { end += 1 }
      let length = widths[start..<end].reduce((end - start - 1) * gap, +)
      if x > 0 { x += tokens[start].startsWord ? wordGap : gap }
      if x > 0, x + length > width, length <= width || tokens[start].startsWord { (x, line) = (0, line + 1) }
      for token in start..<end {
        if token > start { x += gap }
        var rest = Substring(texts[token])
        if x > 0, x + widths[token] > width { (x, line) = (0, line + 1) }
        while !rest.isEmpty {
          let part = font.prefix(of: rest, within: width - x - 2 * padding)
          let partWidth = font.width(of: part) + 2 * padding
          pieces.append(Piece(token: token, text: String(part), x: x, line: line, width: partWidth))
          rest = rest[part.endIndex...]
          (x, line) = rest.isEmpty ? (x + partWidth, line) : (0, line + 1)
        }
      }
      if tokens[end - 1].text.endsLine { (x, line) = (0, line + 1) }
      start = end
    }
    return (pieces, (pieces.last?.line ?? 0) + 1)
  }

  private var pitch: Int { size.font.lineHeight + 6 }
  private var textHeight: Int { lineCount * pitch }
  private var height: Int { textHeight + 12 + Self.scaleHeight + 6 + Font.small.lineHeight }

  var margins: Figure.Panel.ChartMargins { .init(above: 0, below: height - textHeight) }

  func page() throws(ImageError) -> Page {
    var page = try Page(width: width, height: height)
    for piece in pieces {
      let color = color(of: shares[piece.token])
      let y = piece.line * pitch
      page.fill(x: piece.x, y: y + 1, width: piece.width, height: size.font.lineHeight + 2, color)
      page.write(piece.text, x: piece.x + padding, y: y + 2, size: size, color: color.readableInk)
    }
    drawScale(on: &page)
    return page
  }

  private func color(of share: Float) -> Color { colors[colors.isDiverging ? (share + 1) / 2 : abs(share)] }

  private func drawScale(on page: inout Page) {
    let top = textHeight + 12
    let isSigned = colors.isDiverging
    let end = (isExceeded ? "≥ " : "") + Axis.text(Double(bound), significant: 3)
    let low = isSigned ? (isExceeded ? "≤ " : "") + "−" + Axis.text(Double(bound), significant: 3) : "0"
    let shown = bound > 0 ? (low, end) : (isSigned ? "−" : "0", isSigned ? "+" : "")
    // Numbers at both ends stand below the middle of their ends.
    let left = Font.small.width(of: shown.0) / 2 + 1
    page.fill(x: left - 1, y: top - 1, width: Self.scaleWidth + 2, height: Self.scaleHeight + 2, .frame)
    let ramp = (0..<Self.scaleWidth).map { colors[(Float($0) + 0.5) / Float(Self.scaleWidth)] }
    page.draw(
      Image(width: Self.scaleWidth, height: 1, colors: ramp), x: left, y: top, width: Self.scaleWidth,
      height: Self.scaleHeight)
    let y = top + Self.scaleHeight + 5
    func write(_ text: String, at x: Int) {
      page.write(text, .middle, x: x - 60, width: 120, y: y, color: .quietInk)
    }
    write(shown.0, at: left)
    if isSigned { write("0", at: left + Self.scaleWidth / 2) }
    write(shown.1, at: left + Self.scaleWidth)
    if let scaleLabel {
      let x = left + Self.scaleWidth + 14
      page.write(
        Font.small.shortened(scaleLabel, to: max(width - x, 0)), x: x,
        y: top + (Self.scaleHeight - Font.small.lineHeight) / 2, color: .quietInk)
    }
  }
}

extension String {
  /// Whether the line ends behind a token of this text.
  fileprivate var endsLine: Bool { last?.isNewline == true && contains { $0 == "\n" || $0 == "\r\n" } }
}

extension Font {
  /// A text of which nothing is lost: white space at its ends and control characters as signs, and what the font lacks as its code.
  func readable(_ text: String) -> String {
    guard !text.isEmpty else { return "∅" }
    let isBlank = text.allSatisfy(\.isWhitespace)
    var result = ""
    for character in text {
      switch character {
      case " ": result += isBlank ? "·" : " "
      case "\t": result += "⇥"
      case "\n": result += "↵"
      case "\r\n": result += "\\r↵"
      case "\r": result += "\\r"
      case let character where hasGlyph(for: character): result.append(character)
      default:
        for scalar in character.unicodeScalars {
          let code = String(scalar.value, radix: 16, uppercase: true)
          result +=
            scalar.value < 0x80
            ? "\\x" + String(repeating: "0", count: max(2 - code.count, 0)) + code
            : "‹U+" + String(repeating: "0", count: max(4 - code.count, 0)) + code + "›"
        }
      }
    }
    return result
  }

  /// The longest start of a text that fits, one character at least.
  func prefix(of text: Substring, within width: Int) -> Substring {
    var used = 0
    for index in text.indices {
      used += glyph(for: text[index]).advance
      if used > width, index > text.startIndex { return text[..<index] }
    }
    return text
  }
}

extension Color {
  /// Black or white, whichever can be read better on this color.
  var readableInk: Color {
    let light = relativeLuminance
    return (1.05 / (light + 0.05)) > ((light + 0.05) / 0.05) ? Color(gray: 255) : Color(gray: 0)
  }

  /// The luminance from 0 to 1 as WCAG 2 defines it.
  var relativeLuminance: Double {
    func linear(_ channel: UInt8) -> Double {
      let value = Double(channel) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }
}
