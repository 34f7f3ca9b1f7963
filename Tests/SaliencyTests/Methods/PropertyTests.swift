import SaliencyCore
import Testing

@testable import Saliency
import func SaliencyTestSupport.relativeError

/// What methods promise, on the network 'plain' of `Scripts/fixtures/rules.py`: convolutions, batch normalization, rectifiers and poolings.
@Suite("Methods keep their promises")
struct PropertyTests {
  private static let path = FixtureFolder.path + "/rules/plain"

  private static func attribution(_ method: String) async throws -> Attribution {
    let input = try Tensor(contentsOf: path + ".input.npy")
    let explainer = try await Explainer(
      Model(contentsOf: path + ".onnx"), method: Method(parsing: method), modifier: .none,
      inputShape: input.shape)
    return try await explainer.attribution(of: input, target: .unit(2))
  }

  private static func scores(of input: Tensor) async throws -> [Float] {
    let predictor = try await Predictor(Model(contentsOf: path + ".onnx"), inputShape: input.shape)
    return try await predictor.predictions(for: input, count: .max)
      .map { units in units.first { $0.index == 2 }!.score }
  }

  @Test(
    "DeepLIFT adds up to the difference of the scores, through poolings too", arguments: [0, 0.25] as [Float])
  func deepLIFT(baseline: Float) async throws {
    let attribution = try await Self.attribution("deeplift:baseline=\(baseline)")
    let reference = Tensor(
      shape: attribution.input.shape, values: attribution.input.values.map { _ in baseline })
    let differences = zip(
      try await Self.scores(of: attribution.input), try await Self.scores(of: reference)
    ).map { $0 - $1 }
    for (item, sum) in zip(attribution.values.rowSums, differences) {
      #expect(abs(item - Double(sum)) <= 1e-5 * abs(Double(sum)), "\(item), \(sum)")
    }
  }

  @Test("Guided Grad-CAM is guided backpropagation times Grad-CAM")
  func guidedGradCAM() async throws {
    let product = try await Self.attribution("guided-grad-cam:layer=/act2/Relu").values
    let guided = try await Self.attribution("guided").values
    let map = try await Self.attribution("grad-cam:layer=/act2/Relu").values
    #expect(map.shape == [2, 1, 8, 8] && product.shape == guided.shape)
    let expected = guided.values.indices.map { guided.values[$0] * map.values[$0 / 192 * 64 + $0 % 64] }
    #expect(expected.contains { $0 != 0 })
    #expect(relativeError(product.values, expected) < 1e-6)
  }

  @Test("Relevance of a network without biases adds up to the score")
  func relevance() async throws {
    let model = try Model(contentsOf: FixtureFolder.path + "/questions/weights-2.onnx")
    let explainer = try await Explainer(model, method: Method(LayerwiseRelevance()), inputShape: [1, 4])
    let attribution = try await explainer.attribution(
      of: Tensor(shape: [1, 4], values: [1, 2, 3, 4]), target: .units([0, 1, 2, 3]))
    let score = attribution.units[0].reduce(0) { $0 + $1.score }
    #expect(relativeError(attribution.values.values, [1, -4, 0, 2]) < 1e-5)
    #expect(abs(attribution.values.rowSums[0] - Double(score)) < 1e-5)
    let conservation = try #require(attribution.conservation())
    #expect(conservation.explained == Double(score) && conservation.error! < 1e-5)
    #expect(attribution.conservation(item: 1) == nil)
  }

  @Test(
    "What is handed back is told for each item, unless a modifier changed it or the method promises nothing")
  func conservation() async throws {
    let plain = try await Self.attribution("lrp:composite=epsilon-plus:biases=ignore")
    for item in 0..<2 {
      let conservation = try #require(plain.conservation(item: item))
      #expect(conservation.explained == Double(plain.units[item][0].score))
      #expect(abs(conservation.attributed - plain.values.rowSums[item]) < 1e-9)
      #expect(conservation.error! < 1e-4)
    }
    let biased = try await Self.attribution("lrp")
    #expect(try #require(biased.conservation()).error! > 0.01)
    #expect(try await Self.attribution("input-x-gradient").conservation() == nil)
    let explainer = try await Explainer(
      Model(contentsOf: Self.path + ".onnx"), method: Method(LayerwiseRelevance()), modifier: .absolute,
      inputShape: plain.input.shape)
    #expect(try await explainer.attribution(of: plain.input).conservation() == nil)
  }

  @Test("Of losses what is explained is their weighted sum")
  func conservationOfLosses() async throws {
    let batch = try Tensor(contentsOf: Self.path + ".input.npy")
    let input = Tensor(shape: [1] + batch.shape.dropFirst(), values: Array(batch.values.prefix(192)))
    let explainer = try await Explainer(
      Model(contentsOf: Self.path + ".onnx"),
      losses: [(.activationMaximization(filters: [1]), 2), (.activationMaximization(filters: [2]), -1)],
      method: Method(LayerwiseRelevance(RelevanceComposite.epsilon().withoutBiases())),
      inputShape: input.shape)
    let attribution = try await explainer.attribution(of: input)
    let expected = 2 * Double(attribution.losses[0].values[0]) - Double(attribution.losses[1].values[0])
    #expect(attribution.conservation()?.explained == expected)
    #expect(attribution.conservation()!.error! < 1e-4)
  }
}

extension Tensor {
  /// The sum of each item of the batch.
  var rowSums: [Double] {
    let count = values.count / shape[0]
    let values = self.values
    return (0..<shape[0]).map { item in
      values[item * count..<(item + 1) * count].reduce(0) { $0 + Double($1) }
    }
  }
}
