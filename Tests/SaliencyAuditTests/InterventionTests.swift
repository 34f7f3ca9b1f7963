import Saliency
import Testing

@testable import SaliencyAudit

@Suite("Tests of regions")
struct InterventionTests {
  @Test(
    "The sign test is exact",
    arguments: [
      (5, 0, 1.0 / 32), (3, 1, 5.0 / 16), (0, 4, 1.0), (0, 0, 1.0), (20, 0, 0x1p-20),
      (30, 10, 0.001110716887),
    ])
  func signTest(larger: Int, smaller: Int, probability: Double) {
    let differences = Array(repeating: 0.3, count: larger) + Array(repeating: -1, count: smaller) + [0, 0]
    #expect(abs(Statistics.signTest(differences) - probability) < 1e-7)
  }

  @Test(
    "Holm's correction holds all tests together",
    arguments: [
      ([0.01, 0.04, 0.03, 0.005], [true, false, false, true]), ([0.012, 0.02], [true, true]),
      ([0.03, 0.02], [true, true]), ([0.026, 0.05], [false, false]), ([], []),
    ] as [([Double], [Bool])])
  func holm(probabilities: [Double], holds: [Bool]) {
    #expect(Statistics.holm(probabilities, level: 0.05) == holds)
  }

  @Test("A bootstrap's interval has the mean inside, and is a point where all values are equal")
  func interval() {
    var random = SeededRandom(seed: 1, "interval")
    let values = (0..<40).map { $0 < 30 ? 1.0 : 0 }
    let interval = Statistics.interval(values, &random)
    // The normal approximation is 0.75 ± 1.96 · 0.0685.
    #expect(abs(interval.low - 0.616) < 0.03 && abs(interval.high - 0.884) < 0.03)
    #expect(Statistics.interval([1, 1, 1], &random) == (1, 1))
  }

  @Test("The densest box is found", arguments: [(3, 5, 7, 9), (0, 0, 2, 2), (12, 13, 16, 16)])
  func densest(left: Int, top: Int, right: Int, bottom: Int) {
    let box = Region.Box(left: left, top: top, right: right, bottom: bottom)
    let values = (0..<256).map { place -> Double in
      let (x, y) = (place % 16, place / 16)
      return left..<right ~= x && top..<bottom ~= y ? 1 : 0.02
    }
    #expect(PlaceScan.densest(values, width: 16, height: 16, areaLimit: 0.25) == box)
    #expect(
      PlaceScan.scaled(box, from: (16, 16), to: (32, 48))
        == Region.Box(left: 2 * left, top: 3 * top, right: 2 * right, bottom: 3 * bottom))
  }

  /// An image of noise with a mark of two colors at a place.
  private static func marked(_ x: Int?, _ y: Int, _ random: inout SeededRandom) -> Image {
    var image = Image(width: 32, height: 32, pixels: (0..<3072).map { _ in UInt8(random.index(below: 256)) })
    guard let x else { return image }
    for row in 0..<8 {
      for column in 0..<8 {
        image[x + column, y + row] =
          (row / 2 + column / 2) % 2 == 0
          ? Color(red: 250, green: 20, blue: 20) : Color(red: 20, green: 20, blue: 200)
      }
    }
    return image
  }

  @Test("Each filling takes the region away, and leaves the rest")
  func fillings() throws {
    var random = SeededRandom(seed: 2, "fillings")
    let image = Self.marked(10, 12, &random)
    let region = Region(Region.Box(left: 10, top: 12, right: 18, bottom: 20), width: 32, height: 32)
    let plain = Image(width: 32, height: 32, filledWith: Color(gray: 77))
    for filled in [
      try image.fillingWithBlur(region), image.fillingWithMean(region), image.pasting(plain, in: region),
    ] {
      var changed = 0
      for y in 0..<32 {
        for x in 0..<32 {
          if region.isInside[y * 32 + x] {
            changed += filled[x, y] == image[x, y] ? 0 : 1
          } else {
            #expect(filled[x, y] == image[x, y])
          }
        }
      }
      #expect(changed >= 60)
    }
    // What surrounds noise is gray.
    let mean = image.fillingWithMean(region)[12, 14]
    #expect(abs(Int(mean.red) - 127) < 20 && abs(Int(mean.green) - 127) < 20)
    for y in 12..<20 {
      for x in 10..<18 { #expect(abs(Int(try image.fillingWithBlur(region)[x, y].red) - 127) < 45) }
    }
    // From another place.
    let moved = image.pasting(
      image, in: Region(Region.Box(left: 0, top: 0, right: 8, bottom: 8), width: 32, height: 32), dx: 10,
      dy: 12)
    #expect(moved[3, 3] == image[13, 15])
  }

  @Test("A control region has the same size and lies apart")
  func controls() {
    var random = SeededRandom(seed: 5, "controls")
    let box = Region.Box(left: 2, top: 20, right: 12, bottom: 30)
    for _ in 0..<50 {
      let other = Region(box, width: 32, height: 32).elsewhere(&random)
      #expect(other.count == 100 && other.box!.overlap(box) == 0)
    }
    let frame = Region.frame(width: 40, height: 30)
    #expect(frame.isInside[0] && frame.isInside[2] && !frame.isInside[3 * 40 + 3])
    #expect(abs(frame.elsewhere(&random).count - frame.count) < 60)
  }

  @Test("A mark repeats, at one place or anywhere, and noise does not")
  func repetition() throws {
    var random = SeededRandom(seed: 4, "repetition")
    let others = (0..<20).map { _ in Self.marked(nil, 0, &random) }
    let corner = (0..<20).map { _ in Self.marked(20, 2, &random) }
    let box = Region.Box(left: 20, top: 2, right: 28, bottom: 10)
    let place = Region(box, width: 32, height: 32)
    #expect(Repetition.constantShare(place, in: corner, against: others) == 1)
    #expect(Repetition.constantShare(place, in: others, against: corner) == 0)
    let shifted = Region(Region.Box(left: 4, top: 20, right: 12, bottom: 28), width: 32, height: 32)
    #expect(Repetition.constantShare(shifted, in: corner, against: others) < 0.05)

    let places = (0..<20).map { _ in (random.index(below: 25), random.index(below: 25)) }
    let anywhere = places.map { Self.marked($0.0, $0.1, &random) }
    let boxes = places.map { Region.Box(left: $0.0, top: $0.1, right: $0.0 + 8, bottom: $0.1 + 8) }
    let found = try Repetition.contentRatio(anywhere, boxes, against: others, &random)
    #expect(try #require(found) < 0.01)
    let noise = try Repetition.contentRatio(others, boxes, against: corner, &random)
    #expect(try #require(noise) > 0.7)
    // A flat color is nothing that is found again.
    let flat = (0..<20).map { Image(width: 32, height: 32, filledWith: Color(gray: UInt8(100 + $0))) }
    #expect(try Repetition.contentRatio(flat, boxes, against: others, &random) == nil)
  }
}
