@testable import SaliencyImage
import Testing

@Suite("Charts of texts")
struct TextChartTests {
  private func drawing(_ tokens: [TextChart.Token], width: Int = 640) throws -> TextDrawing {
    var chart = try TextChart(tokens: tokens)
    chart.plotWidth = width
    return try TextDrawing(chart, colors: .blueWhiteRed)
  }

  @Test("Nothing of a text is lost: what has no look gets a sign, and what the font lacks its code")
  func readable() {
    let font = Font.small
    for (text, shown) in [
      ("film", "film"), (" ", "·"), ("  ", "··"), ("a b", "a b"), ("\n", "↵"), ("\t", "⇥"), ("\r", "\\r"),
      ("\u{0}", "\\x00"), ("中", "‹U+4E2D›"), ("", "∅"), ("Привет", "Привет"), ("Ελλάδα", "Ελλάδα"),
      ("Łódź", "Łódź"),
      ("e\u{301}", "e\u{301}"), ("😀", "‹U+1F600›"), ("\u{A0}", "‹U+00A0›"),
    ] {
      #expect(font.readable(text) == shown)
    }
  }

  @Test("Lines break between words, and within one that is longer than a line")
  func lines() throws {
    let words = try drawing((0..<60).map { .init("word\($0)", attribution: 1) }, width: 300)
    #expect(words.pieces.count == 60)
    #expect(words.pieces.allSatisfy { $0.x + $0.width <= 300 })
    #expect(Set(words.pieces.map(\.line)).count > 5)
    // The pieces of a word stay together.
    let pieces = try drawing(
      (0..<40).flatMap {
        [TextChart.Token("un\($0)", attribution: 1), .init("able", attribution: -1, startsWord: false)]
      },
      width: 200)
    for pair in 0..<40 { #expect(pieces.pieces[2 * pair].line == pieces.pieces[2 * pair + 1].line) }
    let long = try drawing([.init(String(repeating: "x", count: 200), attribution: 1)], width: 150)
    #expect(long.pieces.map(\.text).joined().count == 200)
    #expect(long.pieces.allSatisfy { $0.x + $0.width <= 150 })
    let broken = try drawing([
      .init("a", attribution: 1), .init("\n", attribution: 1), .init("b", attribution: 1),
    ])
    #expect(broken.pieces.map(\.line) == [0, 0, 1])
  }

  @Test("Letters can be read on every color of every map: the contrast is at least 4.5 to 1")
  func contrast() {
    for map in ColorMap.all {
      for color in map.colors {
        let (light, ink) = (color.relativeLuminance, color.readableInk.relativeLuminance)
        #expect((max(light, ink) + 0.05) / (min(light, ink) + 0.05) >= 4.5, "\(map.name)")
      }
    }
  }

  @Test("A token has the color of its number, and zero is white")
  func colors() throws {
    var chart = try TextChart(tokens: [
      .init("a", attribution: 2), .init("b", attribution: -2), .init("c", attribution: 0),
    ])
    chart.percentile = 100
    let image = try chart.panel().image
    let drawing = try TextDrawing(chart, colors: .blueWhiteRed)
    func color(_ index: Int) -> Color { image[drawing.pieces[index].x, 1] }
    #expect(color(0) == ColorMap.blueWhiteRed[1])
    #expect(color(1) == ColorMap.blueWhiteRed[0])
    #expect(color(2) == ColorMap.blueWhiteRed[0.5])
  }

  @Test("A text of zeros says so, and one of very many tokens how many are drawn")
  func notes() throws {
    #expect(
      try TextChart(tokens: [.init("a", attribution: 0)]).panel().caption == "attributions: zero everywhere")
    let many = try TextChart(tokens: (0..<20_001).map { _ in .init("a", attribution: 1) })
    #expect(try many.panel().caption == "the first 20000 of 20001 tokens")
  }

  @Test("Bad charts are refused")
  func refusals() {
    #expect(throws: ImageError.self) { try TextChart(tokens: []) }
    #expect(throws: ImageError.self) { try TextChart(tokens: [.init("a", attribution: .nan)]) }
    #expect(throws: ImageError.self) {
      var chart = try TextChart(tokens: [.init("a", attribution: 1)])
      chart.plotWidth = 10
      _ = try chart.figure()
    }
  }
}
