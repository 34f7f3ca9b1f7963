import Testing

@testable import SaliencyImage

@Suite("Charts of features")
struct BarChartTests {
  @Test(
    "The strongest features come first, and the sum of the others last",
    arguments: [
      (3, ["d −5.0", "b 3.0", "c 3.0", "sum of 2 others -0.5"]),
      (4, ["d −5.0", "b 3.0", "c 3.0", "e -1.0", "a 0.5"]),
      (9, ["d −5.0", "b 3.0", "c 3.0", "e -1.0", "a 0.5"]),
    ])
  func order(strongest: Int, expected: [String]) throws {
    var chart = try BarChart(attributions: [0.5, 3, 3, -5, -1], names: ["a", "b", "c", "d", "e"])
    chart.strongest = strongest
    let bars = chart.bars().map { "\($0.name) \($0.value)" }
    #expect(bars == expected.map { $0.replacing("−", with: "-") })
    #expect(chart.bars().map(\.isRest) == expected.map { $0.hasPrefix("sum") })
  }

  @Test("Features without names are numbered, and their values follow the names")
  func names() throws {
    #expect(try BarChart(attributions: [1, 2]).bars().map(\.name) == ["feature 1", "feature 0"])
    let chart = try BarChart(attributions: [2, 1], names: ["age", "height"], values: [39, 1.72])
    #expect(chart.bars().map(\.name) == ["age = 39.0", "height = 1.72"])
  }

  @Test("Positive bars are red and go right, negative ones are blue and go left")
  func directions() throws {
    let image = try BarChart(attributions: [2, -1]).panel().image
    func columns(_ row: Int, where test: (Color) -> Bool) -> [Int] {
      (0..<image.width).filter { test(image[$0, row]) }
    }
    let red = columns(15) { $0.red > 180 && $0.green < 60 }
    let blue = columns(15 + 23) { $0.blue > 150 && $0.red < 60 }
    let (redStart, blueEnd) = (try #require(red.first), try #require(blue.last))
    #expect(redStart > blueEnd)
    #expect(redStart - blueEnd <= 2)
    #expect(abs(red.count - 2 * blue.count) <= 3)
  }

  @Test(
    "Any numbers are drawn",
    arguments: [
      [0], [0, -0.0], [3e38, 3e38, -3e38], [.leastNonzeroMagnitude], [-7], Array(repeating: 1, count: 3000),
    ]
      as [[Float]])
  func extremes(attributions: [Float]) throws {
    let panel = try BarChart(attributions: attributions).panel()
    #expect(panel.image.height < 23 * 21 + 60)
    #expect((panel.caption == "zero everywhere") == attributions.allSatisfy { $0 == 0 })
    #expect(try Figure(sheet: [panel, panel], columns: 2).rendered().width > 2 * panel.image.width)
  }

  private static let refused: [(make: @Sendable () throws -> Figure, reason: String)] = [
    ({ try BarChart(attributions: []).figure() }, "the chart has no features; it needs at least one"),
    (
      { try BarChart(attributions: [1, 2], names: ["a"]).figure() },
      "the numbers of names (1) and features (2) differ"
    ),
    (
      { try BarChart(attributions: [1], values: [1, 2]).figure() },
      "the numbers of values (2) and features (1) differ"
    ),
    (
      { try BarChart(attributions: [1, .nan]).figure() }, "attribution 1 is nan, not a finite number"
    ),
    (
      {
        var chart = try BarChart(attributions: [1])
        chart.strongest = 0
        return try chart.figure()
      }, "a chart of 0 bars was asked for; 1 to 500 are possible"
    ),
    (
      {
        var chart = try BarChart(attributions: [1])
        chart.plotWidth = 4
        return try chart.figure()
      }, "a plot of 4 pixels was asked for; 16 to 16384 are possible"
    ),
  ]

  @Test("What makes no sense is refused with what would be right", arguments: refused)
  func refusals(make: @Sendable () throws -> Figure, reason: String) {
    let error = #expect(throws: ImageError.self) { try make() }
    #expect(error?.description == reason)
  }
}

@Suite("Figures of volumes")
struct VolumeTests {
  @Test(
    "Slices lie at even distances from the first to the last",
    arguments: [
      (1, 12, [0]), (4, 12, [0, 1, 2, 3]), (9, 3, [0, 4, 8]), (10, 4, [0, 3, 6, 9]), (9, 1, [4]),
      (32, 5, [0, 8, 16, 23, 31]),
    ])
  func slices(depth: Int, maximum: Int, expected: [Int]) throws {
    let numbers = (0..<depth * 6).map(Float.init)
    let figure = try Figure(
      volume: numbers, attributions: numbers, size: (depth, 2, 3), maximumSlices: maximum)
    #expect(figure.rows.joined().map(\.title) == expected.map { "z = \($0)" })
    #expect(figure.rows.joined().allSatisfy { $0.image.width == 3 && $0.image.height == 2 })
  }

  @Test("All slices share one scale of grays and one of colors")
  func scales() throws {
    let figure = try Figure(
      volume: [0, 10, 5, 20], attributions: [0, 0, 0, 4], size: (2, 1, 2), colorMap: .gray,
      style: OverlayStyle(alpha: 1, isGray: false))
    let slices = figure.rows.joined().map(\.image.pixels)
    #expect(slices == [[0, 0, 0, 128, 128, 128], [64, 64, 64, 255, 255, 255]])
    let flat = try Figure(volume: [7, 7], attributions: [0, 0], size: (1, 1, 2), caption: "flat")
    #expect(flat.caption == "attributions: zero everywhere · flat")
  }

  @Test(
    "Colors suit the signs",
    arguments: [([0, 1], ColorMap.inferno), ([-1, 1], .blueWhiteRed)] as [([Float], ColorMap)])
  func colors(attributions: [Float], colorMap: ColorMap) throws {
    let figure = try Figure(volume: [1, 2], attributions: attributions, size: (1, 1, 2))
    #expect(figure.colorBars.map(\.colorMap) == [colorMap])
  }

  @Test(
    "Sizes that do not fit the numbers, and numbers that are none, are refused",
    arguments: [
      ([1, 2], [1, 2], (1, 1, 3), "a volume of 1×1×3 does not have 2 numbers and 2 attributions"),
      ([1, 2], [1], (1, 1, 2), "a volume of 1×1×2 does not have 2 numbers and 1 attributions"),
      ([], [], (0, 1, 1), "a volume of 0×1×1 was given; each side is at least 1"),
      (
        [1], [1], (.max, 2, 1),
        "a volume of \(Int.max)×2×1 does not have 1 numbers and 1 attributions"
      ),
      ([.nan], [1], (1, 1, 1), "number 0 of the volume is nan, not a finite number"),
      ([1], [.infinity], (1, 1, 1), "attribution 0 of the volume is inf, not a finite number"),
    ] as [([Float], [Float], (Int, Int, Int), String)])
  func refusals(volume: [Float], attributions: [Float], size: (Int, Int, Int), reason: String) {
    let error = #expect(throws: ImageError.self) {
      try Figure(volume: volume, attributions: attributions, size: size)
    }
    #expect(error?.description == reason)
  }

  @Test("At least one slice has to be asked for")
  func noSlices() {
    #expect(throws: ImageError.self) {
      try Figure(volume: [1], attributions: [1], size: (1, 1, 1), maximumSlices: 0)
    }
  }
}
