@testable import Saliency
import SaliencyCore
import Testing

/// What figures of several attributions say. The network 'weights-N' is y = w · x for an input of N axes.
@Suite("Figures of several attributions")
struct ComparisonFigureTests {
  private static func attributions(
    _ network: String, shape: Shape, modifier: GradientModifier = .absolute, _ targets: Target
  ) async throws -> [Attribution] {
    let explainer = try await Explainer(
      HandQuestion.network(network), modifier: modifier, inputShape: shape)
    let input = Tensor(
      shape: shape, values: (0..<shape.elementCount).map { Float($0) / Float(shape.elementCount) })
    return try await explainer.attributions(of: input, eachOf: targets)
  }

  private static let vector: Shape = [1, 4]
  private static let signal: Shape = [1, 2, 3]

  @Test("A comparison of modifiers names them at the rows, and the method that they share below")
  func modifiers() async throws {
    let rows = [
      try await Self.attributions("weights-2", shape: Self.vector, modifier: .none, .unit(1)),
      try await Self.attributions("weights-2", shape: Self.vector, modifier: .smallValues, .unit(1)),
    ]
    let figure = try Figure(comparing: rows)
    #expect(figure.rowTitles == ["none", "small values"])
    #expect(figure.caption == "unit 1 · score -0.5 · gradient · weights-2.onnx")
  }

  @Test("Rows that differ in nothing but what is explained are called after that")
  func subjects() async throws {
    let rows = try await Self.attributions("weights-2", shape: Self.vector, .units([0, 3])).map { [$0] }
    let figure = try Figure(comparing: rows)
    #expect(figure.rowTitles == ["unit 0", "unit 3"])
    #expect(figure.columnTitles.isEmpty)
    #expect(figure.caption == "gradient, absolute · weights-2.onnx")
  }

  @Test("Columns are called after what they explain, with the number that the caption speaks of")
  func columns() async throws {
    let figure = try Figure(
      comparing: [try await Self.attributions("weights-2", shape: Self.vector, .units([1, 3]))])
    #expect(figure.rowTitles.isEmpty)
    #expect(figure.columnTitles.map { $0.prefix(8) } == ["unit 1 (", "unit 3 ("])
    #expect(figure.caption == "scores in brackets · gradient, absolute · weights-2.onnx")
  }

  @Test(
    "Charts in a contact sheet have their scores in the titles, and no bar of colors that they do not use")
  func sheetOfCharts() async throws {
    for (network, shape) in [("weights-2", Self.vector), ("weights-3", Self.signal)] {
      let figure = try Figure(
        sheet: try await Self.attributions(network, shape: shape, modifier: .none, .units([0, 1])))
      #expect(figure.colorBars.isEmpty)
      #expect(figure.rows.joined().allSatisfy { $0.title?.contains("(") == true })
      #expect(figure.caption?.hasPrefix("units with their scores · gradient · ") == true)
    }
  }

  @Test("Each scale of a comparison has a bar of its own, beside its rows, and the ends say what they mean")
  func colorBars() async throws {
    let shape: Shape = [1, 1, 2, 4]
    let signed = try await Self.attributions("max-pool", shape: shape, modifier: .none, .unit(0))
    let unsigned = try await Self.attributions("max-pool", shape: shape, .unit(0))
    let plain = MapStyle(percentile: 95)
    func bars(_ rows: [[Attribution]], _ style: MapStyle) throws -> [Figure.ColorBar] {
      try Figure(comparing: rows, style: style).colorBars
    }
    let magnitudes = Figure.ColorBar(colorMap: .inferno, percentile: 95)
    let signs = Figure.ColorBar(colorMap: .blueWhiteRed, percentile: 95)
    #expect(try bars([signed, signed], plain) == [signs])
    #expect(try bars([unsigned], plain) == [magnitudes])
    #expect(try bars([signed + unsigned], plain) == [signs, magnitudes])
    var expected = [signs, magnitudes, signs]
    (expected[0].rows, expected[1].rows, expected[2].rows) = (0..<1, 1..<3, 3..<4)
    #expect(try bars([signed, unsigned, unsigned, signed], plain) == expected)
    #expect(magnitudes.labels == ["0", "95th\npercentile"])
    #expect(signs.labels == ["−95th\npercentile", "0", "95th\npercentile"])
    let style = MapStyle(colorMap: .viridis)
    #expect(try bars([signed, unsigned], style).map(\.colorMap) == [.viridis])
  }

  @Test("Of a volume among others the strongest slice is shown, and named")
  func volumes() async throws {
    let attributions = try await Self.attributions(
      "weights-5", shape: [1, 2, 2, 1, 2], modifier: .none, .units([0, 1]))
    let sheet = try Figure(sheet: attributions)
    #expect(sheet.colorBars.map(\.colorMap) == [.blueWhiteRed])
    #expect(sheet.caption?.contains("strongest slices") == true)
    for (panel, attribution) in zip(sheet.rows.joined(), attributions) {
      let sums = (0..<2).map { slice in
        attribution.reducedOverChannels().values[2 * slice..<2 * slice + 2].reduce(0) { $0 + abs($1) }
      }
      #expect(panel.caption?.hasSuffix(" · z = \(sums[1] > sums[0] ? 1 : 0)") == true)
    }
    #expect(try Figure(comparing: [attributions]).rendered().width > 0)
  }

  @Test("A map of a smaller layer is as large as the image beside it")
  func smallerLayer() async throws {
    let model = try HandQuestion.network("max-pool")
    let size: Shape = [1, 1, 2, 4]
    let explainer = try await Explainer(model, withRespectTo: 0, inputShape: size)
    let input = Tensor(shape: size, values: (0..<size.elementCount).map(Float.init))
    let figure = try Figure(comparing: [[try await explainer.attribution(of: input)]])
    #expect(Set(figure.rows[0].map { [$0.image.width, $0.image.height] }).count == 1)
  }
}
