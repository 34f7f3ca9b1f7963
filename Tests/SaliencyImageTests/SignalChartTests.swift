import Testing

@testable import SaliencyImage

@Suite("Charts of signals")
struct SignalChartTests {
  private typealias Channel = SignalChart.Channel

  private func channel(_ samples: [Float], _ attributions: [Float], name: String? = nil) -> Channel {
    Channel(name: name, samples: samples, attributions: attributions)
  }

  /// Whether each column of the plot, in the given row of it, is more red than blue (1), more blue (−1) or neither.
  private func tints(_ panel: Figure.Panel, plotWidth: Int, below top: Int) throws -> [Int] {
    let image = panel.image
    let left = image.width - 14 - plotWidth
    let row = try #require(panel.chart?.margins).above + top
    return (left..<left + plotWidth).map { column in
      let color = image[column, row]
      return (Int(color.red) - Int(color.blue)).signum()
    }
  }

  @Test("The strip behind a sample has the color of its attribution")
  func background() throws {
    var chart = try SignalChart(channels: [channel([0, 1, 0, 1], [1, 0, -1, 0])])
    chart.plotWidth = 40
    let tints = try tints(chart.panel(), plotWidth: 40, below: 2)
    let expected = [1, 0, -1, 0].flatMap { Array(repeating: $0, count: 10) }
    #expect(tints == expected)
  }

  @Test("A curve has the color of its samples' attributions")
  func curve() throws {
    var chart = try SignalChart(channels: [channel([2, 2, 2, 2], [1, 0, -1, 0])])
    chart.plotWidth = 40
    chart.style = .curve
    let tints = try tints(chart.panel(), plotWidth: 40, below: 100)
    #expect(tints[7] == 1)
    #expect(tints[17] == 0)
    #expect(tints[25] == -1)
    #expect(tints[34] == 0)
  }

  @Test("One sample with an attribution is seen among a hundred thousand, and so is a peak")
  func longSignals() throws {
    var samples = [Float](repeating: 0, count: 100_000)
    var attributions = samples
    samples[70_001] = 5
    attributions[30_003] = 1
    var chart = try SignalChart(channels: [channel(samples, attributions)])
    chart.plotWidth = 100
    chart.percentile = 100
    let panel = try chart.panel()
    let tints = try tints(panel, plotWidth: 100, below: 2)
    #expect(tints.indices.filter { tints[$0] != 0 } == [30])
    let left = panel.image.width - 14 - 100
    let margins = try #require(panel.chart?.margins)
    #expect(panel.image[left + 70, margins.above + 40].red < 120)
    #expect(panel.image[left + 60, margins.above + 40].red == 255)
  }

  @Test("Of many channels the strongest are drawn, in their order, and the caption says so")
  func manyChannels() throws {
    let channels = (0..<20).map { channel([0, 1, 0], [0, Float($0 % 5), 0], name: "channel \($0)") }
    let panel = try SignalChart(channels: channels).panel()
    #expect(panel.caption == "the strongest 8 of 20 channels")
    let few = try SignalChart(channels: Array(channels[..<8])).panel()
    #expect(few.caption == nil)
    #expect(panel.image.height == few.image.height)
  }

  @Test(
    "Colors suit the signs, and a chart without any says so",
    arguments: [
      ([0, 1], HeatMap.Scaling.automatic, ColorMap.whiteRed, true),
      ([-1, 1], .automatic, .blueWhiteRed, true), ([-1, 0], .positive, .whiteRed, false),
      ([0, 1], .symmetric, .blueWhiteRed, true), ([0, 0], .automatic, .whiteRed, false),
    ] as [([Float], HeatMap.Scaling, ColorMap, Bool)])
  func colors(attributions: [Float], scaling: HeatMap.Scaling, colorMap: ColorMap, isColored: Bool) throws {
    var chart = try SignalChart(channels: [channel([0, 1], attributions)])
    chart.scaling = scaling
    let figure = try chart.figure(title: "signal", caption: "text")
    #expect(figure.colorBars.map(\.colorMap) == [colorMap])
    #expect((figure.rows[0][0].caption == nil) == isColored)
    #expect(try figure.rendered().width > 640)
  }

  @Test(
    "Signals of any length, level and direction are drawn",
    arguments: [
      ([3], 0, 1), ([0, 0, 0], 10, -0.5), ([-3e38, 3e38], 0, 1e-3), ([0, .leastNonzeroMagnitude], -1e9, 1e8),
    ] as [([Float], Double, Double)], SignalChart.Style.allCases)
  func extremes(signal: ([Float], Double, Double), style: SignalChart.Style) throws {
    let (samples, start, step) = signal
    var chart = try SignalChart(
      channels: [channel(samples, samples)], start: start, step: step, axisLabel: "seconds")
    chart.style = style
    let image = try chart.figure().rendered()
    #expect(image.pixels.contains { $0 < 100 })
  }

  private static let refused: [(make: @Sendable () throws -> SignalChart, reason: String)] = [
    ({ try SignalChart(channels: []) }, "the signal has no samples; it needs at least one"),
    (
      { try SignalChart(channels: [Channel(samples: [], attributions: [])]) },
      "the signal has no samples; it needs at least one"
    ),
    (
      { try SignalChart(channels: [Channel(samples: [1, 2], attributions: [1])]) },
      "channel 0 of the signal has 2 samples and 1 attributions, but 2 of each are needed, as many as channel 0 has samples"
    ),
    (
      { try SignalChart(channels: [Channel(samples: [1, .nan], attributions: [1, 2])]) },
      "sample 1 of channel 0 is nan, not a finite number"
    ),
    (
      { try SignalChart(channels: [Channel(samples: [1], attributions: [-.infinity])]) },
      "attribution 0 of channel 0 is -inf, not a finite number"
    ),
    (
      { try SignalChart(channels: [Channel(samples: [1, 2], attributions: [1, 2])], step: 0) },
      "an axis cannot start at 0.0 and go on by 0.0 for 2 samples"
    ),
    (
      { try SignalChart(channels: [Channel(samples: [1, 2], attributions: [1, 2])], start: 1e30) },
      "an axis cannot start at 1e+30 and go on by 1.0 for 2 samples"
    ),
  ]

  @Test("What makes no sense is refused with what would be right", arguments: refused)
  func refusals(make: @Sendable () throws -> SignalChart, reason: String) {
    let error = #expect(throws: ImageError.self) { try make() }
    #expect(error?.description == reason)
  }

  @Test("A plot too narrow or too wide, or a percentile that is none, is refused")
  func badOptions() throws {
    var chart = try SignalChart(channels: [channel([1, 2], [1, 2])])
    for width in [15, 16_385, .min, .max] {
      chart.plotWidth = width
      let error = #expect(throws: ImageError.self) { try chart.panel() }
      #expect(error?.description == "a plot of \(width) pixels was asked for; 16 to 16384 are possible")
    }
    chart.plotWidth = 100
    chart.percentile = 101
    #expect(throws: ImageError.self) { try chart.panel() }
  }
}
