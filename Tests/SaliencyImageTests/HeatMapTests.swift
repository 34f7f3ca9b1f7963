import Testing

@testable import SaliencyImage

@Suite("Heat maps")
struct HeatMapTests {
  private func map(_ values: Float...) throws -> HeatMap {
    try HeatMap(width: values.count, height: 1, values: values)
  }

  @Test("Positive maps are scaled from zero, not from their least value")
  func positive() throws {
    #expect(try map(0, 1, 2, 4).normalized().values == [0, 0.25, 0.5, 1])
    #expect(try map(3, 3).normalized().values == [1, 1])
  }

  @Test("Signed maps are scaled about zero")
  func signed() throws {
    #expect(try map(-4, 0, 2).normalized().values == [-1, 0, 0.5])
    #expect(try map(-4, 0, 2).normalized(scaling: .positive).values == [0, 0, 1])
    #expect(try map(1, 2).normalized(scaling: .symmetric).values == [0.5, 1])
  }

  @Test("A map of zeros, or without positive values where they count, becomes all zeros")
  func zeros() throws {
    #expect(try map(0, -0.0, 0).normalized(percentile: 50).values == [0, 0, 0])
    #expect(try map(-1, -2).normalized(scaling: .positive).values == [0, 0])
  }

  @Test(
    "A map says whether there is anything to see, given the scaling",
    arguments: [([0, -0.0], true, true), ([0, 1], false, false), ([-1, 0], false, true)]
      as [([Float], Bool, Bool)])
  func zeroness(values: [Float], isZero: Bool, isZeroWherePositive: Bool) throws {
    let map = try HeatMap(width: 2, height: 1, values: values)
    #expect(map.isZero == isZero)
    #expect(map.isZero(scaling: .automatic) == isZero)
    #expect(map.isZero(scaling: .symmetric) == isZero)
    #expect(map.isZero(scaling: .positive) == isZeroWherePositive)
    for scaling in HeatMap.Scaling.allCases {
      #expect(try map.normalized(scaling: scaling).isZero == map.isZero(scaling: scaling))
    }
  }

  @Test("Where the percentile is zero, the largest value is used")
  func sparse() throws {
    #expect(try map(0, 0, 0, 2).normalized(percentile: 50).values == [0, 0, 0, 1])
  }

  @Test("Extreme values neither overflow nor vanish")
  func extremes() throws {
    #expect(try map(.greatestFiniteMagnitude, -.greatestFiniteMagnitude).normalized().values == [1, -1])
    #expect(try map(.leastNonzeroMagnitude, 0).normalized().values == [1, 0])
  }

  @Test(
    "Percentiles are those of numpy.percentile",
    arguments: [(0, 1), (25, 1.75), (50, 2.5), (99, 7.85), (100, 8)] as [(Double, Float)])
  func percentiles(percentile: Double, expected: Float) throws {
    let magnitude = try map(-8, 1, 2, -3).magnitude(atPercentile: percentile)
    #expect(abs(magnitude - expected) < 1e-5)
  }

  @Test("Values above the percentile are cut off")
  func clipping() throws {
    #expect(try map(0, 1, 2, 3, 100).normalized(percentile: 75).values == [0, 1 / 3, 2 / 3, 1, 1])
  }

  @Test("Percentiles outside of 0 to 100 are refused", arguments: [-1, 100.5, .nan, .infinity])
  func badPercentiles(percentile: Double) throws {
    let error = #expect(throws: ImageError.self) { try map(1).normalized(percentile: percentile) }
    #expect(error?.description == "the percentile \(percentile) is not between 0 and 100")
  }

  private func map(_ value: Float) throws(ImageError) -> HeatMap {
    try HeatMap(width: 1, height: 1, values: [value])
  }

  @Test(
    "Values that are no numbers are refused with their place", arguments: [Float.nan, .infinity, -.infinity])
  func nonFinite(value: Float) {
    let error = #expect(throws: ImageError.self) {
      try HeatMap(width: 2, height: 2, values: [0, 0, 0, value])
    }
    #expect(error?.code == .nonFinite)
    #expect(
      error?.description == "the heat map's value at column 1, row 1 is \(value), not a finite number")
  }

  @Test("Sizes that do not fit the values are refused", arguments: [(2, 2), (0, 3), (-1, -3), (.max, 2)])
  func badSizes(width: Int, height: Int) {
    #expect(throws: ImageError.self) { try HeatMap(width: width, height: height, values: [1, 2, 3]) }
  }

  @Test("Zero has the lowest color of a sequential map and the middle of a diverging one")
  func colors() throws {
    let sequential = try map(0, 1).rendered(colorMap: .gray)
    #expect(sequential.pixels == [0, 0, 0, 255, 255, 255])
    let diverging = try map(-1, 0, 1).rendered(colorMap: .blueWhiteRed)
    #expect(diverging.pixels == [0, 0, 255, 255, 254, 254, 255, 0, 0])
    #expect(try map(-1, 0, 0.5).rendered(colorMap: .gray, percentile: 100).pixels.first == 255)
  }

  @Test("An overlay leaves the image alone where nothing matters")
  func overlay() throws {
    let image = Image(width: 2, height: 1, pixels: [10, 20, 30, 200, 100, 50])
    let style = OverlayStyle(alpha: 1, isGray: false)
    let result = try image.overlaid(with: map(0, 1), colorMap: .viridis, style: style)
    #expect(result.pixels == [10, 20, 30, 253, 231, 36])
    let veil = OverlayStyle(alpha: 0, followsValues: false, isGray: true)
    // Luma 18 and 124, as 40 + 3/5 of it.
    #expect(try image.overlaid(with: map(0, 1), style: veil).pixels == [50, 50, 50, 114, 114, 114])
  }

  @Test(
    "Over an image in grays all color is the map's, signed or not",
    arguments: [
      ([0, 0.5, 1], ColorMap.inferno), ([0, 0.5, 1], .whiteRed), ([-1, 0, 1], .blueWhiteRed),
      ([-1, 0, 1], .inferno),
    ] as [([Float], ColorMap)])
  func grayOverlay(values: [Float], colorMap: ColorMap) throws {
    let map = try HeatMap(width: 3, height: 1, values: values)
    let image = Image(width: 3, height: 1, filledWith: Color(red: 0, green: 200, blue: 20))
    let result = try image.overlaid(
      with: map, colorMap: colorMap, percentile: 100, style: OverlayStyle(alpha: 1))
    let gray = image.muted()
    for (x, value) in values.enumerated() {
      let color = colorMap[colorMap.isDiverging ? (value + 1) / 2 : abs(value)]
      let expected = gray[x, 0].mixed(with: color, abs(value))
      #expect(result[x, 0] == expected)
    }
  }

  @Test("An overlay's alpha outside of 0 to 1 is refused", arguments: [-0.1, 1.5, Float.nan])
  func badAlpha(alpha: Float) throws {
    let map = try map(0, 1)
    let error = #expect(throws: ImageError.self) {
      try gradient(2, 1).overlaid(with: map, style: OverlayStyle(alpha: alpha))
    }
    #expect(error?.description == "the overlay's alpha \(alpha) is not between 0 and 1")
  }
}

@Suite("Color maps")
struct ColorMapTests {
  @Test(
    "The ends and the middle are matplotlib's",
    arguments: [
      ("inferno", [0, 0, 3], [187, 55, 84], [252, 254, 164]),
      ("viridis", [68, 1, 84], [32, 144, 140], [253, 231, 36]),
      ("magma", [0, 0, 3], [182, 54, 121], [251, 252, 191]),
      ("plasma", [12, 7, 134], [203, 71, 119], [239, 248, 33]),
      ("turbo", [48, 18, 59], [164, 252, 59], [122, 4, 2]),
      ("jet", [0, 0, 127], [124, 255, 121], [127, 0, 0]),
      ("gray", [0, 0, 0], [128, 128, 128], [255, 255, 255]),
      ("blue-white-red", [0, 0, 255], [255, 254, 254], [255, 0, 0]),
      ("white-red", [255, 255, 255], [255, 127, 127], [255, 0, 0]),
    ] as [(String, [UInt8], [UInt8], [UInt8])])
  func values(name: String, low: [UInt8], middle: [UInt8], high: [UInt8]) throws {
    let map = try ColorMap(named: name)
    #expect(map.colors.count == 256)
    for (value, color) in [(Float(0), low), (0.5, middle), (1, high), (-3, low), (7, high), (.nan, low)] {
      #expect([map[value].red, map[value].green, map[value].blue] == color)
    }
  }

  @Test(
    "An unknown name is answered with the nearest one and all others",
    arguments: [("infreno", "inferno"), ("VIRIDUS", "viridis"), ("grya", "gray"), ("", "jet")])
  func unknown(name: String, nearest: String) {
    let error = #expect(throws: ImageError.self) { try ColorMap(named: name) }
    #expect(error?.code == .unknownColorMap)
    #expect(
      error?.description
        == "there is no color map named '\(name)'; did you mean '\(nearest)'? The maps are "
        + "inferno, viridis, magma, plasma, turbo, jet, gray, blue-white-red, white-red")
  }
}
