import Testing

@testable import SaliencyImage

@Suite("Text on images")
struct TextTests {
  private let white = Image(width: 120, height: 60, filledWith: Color(gray: 255))

  /// Whether each quarter of an image (top left, top right, bottom left, bottom right) has been drawn on.
  private func touched(_ image: Image, from original: Image) -> [Bool] {
    [0, 1].flatMap { lower in
      [0, 1].map { right in
        (0..<image.width * image.height).contains { index in
          let (x, y) = (index % image.width, index / image.width)
          let isHere = (x * 2 >= image.width) == (right == 1) && (y * 2 >= image.height) == (lower == 1)
          return isHere && image[x, y] != original[x, y]
        }
      }
    }
  }

  @Test(
    "A short text stands in its corner alone",
    arguments: [
      (Image.Corner.topLeft, [true, false, false, false]), (.topRight, [false, true, false, false]),
      (.bottomLeft, [false, false, true, false]), (.bottomRight, [false, false, false, true]),
    ], Image.TextSize.allCases)
  func corners(corner: (Image.Corner, [Bool]), size: Image.TextSize) {
    let result = white.drawing(text: "cat", corner: corner.0, size: size)
    #expect(touched(result, from: white) == corner.1)
  }

  @Test("The letters have the color asked for, the plate is dark and shows what is below")
  func colors() {
    let red = Color(red: 255, green: 0, blue: 0)
    let result = white.drawing(text: "■ cat", color: red)
    let colors = Set((0..<120 * 60).map { result[$0 % 120, $0 / 120] })
    #expect(colors.contains(red))
    #expect(colors.contains(Color(gray: 82)))
    let dark = Image(width: 120, height: 60, filledWith: Color(gray: 0)).drawing(text: "cat")
    #expect(dark[10, 52] == Color(gray: 18))
  }

  @Test(
    "A text that is too long, or an image too small for any, keeps its size and is cut off",
    arguments: [(1, 1), (5, 5), (12, 40), (40, 12), (120, 60)])
  func clipping(width: Int, height: Int) {
    let image = Image(width: width, height: height, filledWith: Color(gray: 255))
    for corner in Image.Corner.allCases {
      let result = image.drawing(text: String(repeating: "tiger cat\n", count: 30), corner: corner)
      #expect([result.width, result.height] == [width, height])
      #expect(result.pixels.count == image.pixels.count)
    }
    #expect(image.drawing(text: String(repeating: "m", count: 90)).pixels.prefix(3) == [255, 255, 255])
  }

  @Test("Nothing to write changes nothing", arguments: ["", " ", "\n\t"])
  func empty(text: String) {
    #expect(white.drawing(text: text) == white)
  }
}
