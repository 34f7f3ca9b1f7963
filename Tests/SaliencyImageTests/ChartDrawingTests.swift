import Testing

@testable import SaliencyImage

@Suite("Lines and axes")
struct ChartDrawingTests {
  private typealias Point = (x: Float, y: Float)

  /// How dark each pixel of a white area is with lines through the points, 0 to 255.
  private func darkness(_ points: [Point], thickness: Float = 1, side: Int = 9) -> [Int] {
    var strokes = Strokes(width: side, height: side)
    for (start, end) in zip(points, points.dropFirst()) {
      strokes.add(from: start, to: end, thickness: thickness, color: Color(gray: 0))
    }
    var image = Image(width: side, height: side, filledWith: Color(gray: 255))
    strokes.paint(on: &image, x: 0, y: 0)
    return (0..<side * side).map { 255 - Int(image[$0 % side, $0 / side].red) }
  }

  @Test("A line of one pixel through the middles of pixels covers these, a shifted one covers halves")
  func coverage() {
    let middle = darkness([(1.5, 4.5), (7.5, 4.5)])
    for index in 0..<81 {
      let (x, y) = (index % 9, index / 9)
      #expect(middle[index] == (y == 4 && (1...7).contains(x) ? 255 : 0))
    }
    let between = darkness([(1.5, 5), (7.5, 5)])
    #expect((3...6).map { between[$0 * 9 + 4] } == [0, 127, 127, 0])
  }

  @Test(
    "A line covers as much in every direction", arguments: [(1.5, 1.5), (1.5, 4.5), (4.5, 1.5), (3, 1.5)])
  func directions(x: Float, y: Float) {
    let there = darkness([(x, y), (9 - x, 9 - y)], thickness: 2)
    #expect(there == darkness([(9 - x, 9 - y), (x, y)], thickness: 2))
    #expect(there == Array(there.reversed()))
    let length = ((9 - 2 * x) * (9 - 2 * x) + (9 - 2 * y) * (9 - 2 * y)).squareRoot()
    let area = Float(there.reduce(0, +)) / 255
    // The line itself and its round ends.
    #expect(abs(area - (2 * length + 3.14)) < 0.6)
  }

  @Test("Pieces of one line are no darker where they meet")
  func pieces() {
    let whole = darkness([(1, 2.2), (8, 6.4)])
    let pieces = darkness([(1, 2.2), (4.5, 4.3), (4.5, 4.3), (8, 6.4)])
    #expect(zip(whole, pieces).allSatisfy { abs($0 - $1) <= 1 })
  }

  @Test(
    "What is outside of the area is left out",
    arguments: [(-50, -50, -40, 3), (4, -90, 4, 90), (8.9, 8.9, 99, 99)])
  func clipping(x: Float, y: Float, toX: Float, toY: Float) {
    #expect(darkness([(x, y), (toX, toY)]).count == 81)
  }

  @Test(
    "Ticks are round numbers inside the range",
    arguments: [
      (0...1, 5, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
      (-1.1...1.3, 2, ["−1", "0", "1"]),
      (-1.3...1.3, 5, ["−1.0", "−0.5", "0", "0.5", "1.0"]),
      (0...399, 4, ["0", "100", "200", "300"]),
      (98...102, 4, ["98", "99", "100", "101", "102"]),
      (0...0.00004, 4, ["0", "1e−5", "2e−5", "3e−5", "4e−5"]),
      (-3e38...3e38, 3, ["−2e38", "0", "2e38"]),
      (0...0, 2, ["−1", "0", "1"]),
      (7...7, 4, ["4", "6", "8", "10"]),
    ] as [(ClosedRange<Double>, Int, [String])])
  func ticks(range: ClosedRange<Double>, count: Int, labels: [String]) {
    let axis = Axis(range, about: count)
    #expect(axis.ticks.map(\.label) == labels)
    for tick in axis.ticks { #expect((-1e-6...1.000001).contains(axis.share(of: tick.value))) }
  }

  @Test("Ticks of counted things are whole numbers")
  func wholeNumbers() {
    #expect(Axis(0...2, about: 8, wholeNumbers: true).ticks.map(\.label) == ["0", "1", "2"])
  }

  @Test(
    "Numbers are written with the digits that tell something",
    arguments: [
      (0, "0"), (1, "1.00"), (-0.4567, "−0.457"), (12.345, "12.3"), (123.6, "124"), (0.00123, "0.00123"),
      (-123_456, "−123456"), (1.5e-7, "1.5e−7"), (-9.999e9, "−1e10"), (1.4e-45, "1.4e−45"), (3e38, "3e38"),
    ])
  func numbers(value: Double, text: String) {
    #expect(Axis.text(value, significant: 3) == text)
  }
}
