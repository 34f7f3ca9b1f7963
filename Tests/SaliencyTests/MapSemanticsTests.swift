@testable import Saliency
import SaliencyCore
import Testing
import func SaliencyTestSupport.relativeError

/// Gradient modifiers, channels and normalization. The network 'weights-N' is y = w · x for an input of N axes, so that the
/// gradient of all its outputs is w.
@Suite("Maps on networks done by hand")
struct MapSemanticsTests {
  private static let ones: [Float] = [1, 1, 1, 1]
  private static let all = HandQuestion.Subject.units(.units([0, 1, 2, 3]))

  /// w = (1, −2, 0, ½)
  static let modifiers: [HandQuestion] = [
    HandQuestion(
      "none leaves the gradient", "weights-2", ones, all, modifier: .none, gives: [1, -2, 0, 0.5]),
    HandQuestion(
      "absolute takes magnitudes", "weights-2", ones, all, modifier: .absolute, gives: [1, 2, 0, 0.5]),
    HandQuestion("negate changes signs", "weights-2", ones, all, modifier: .negate, gives: [-1, 2, 0, -0.5]),
    HandQuestion(
      "relu keeps what is positive", "weights-2", ones, all, modifier: .relu, gives: [1, 0, 0, 0.5]),
    HandQuestion(
      "invert takes reciprocals, 10⁷ of 0", "weights-2", ones, all, modifier: .invert,
      gives: [1, -0.5, 1e7, 2]),
    HandQuestion(
      "small-values takes magnitudes of reciprocals, 10⁷ of 0", "weights-2", ones, all,
      modifier: .smallValues, gives: [1, 0.5, 1e7, 2]),
    HandQuestion(
      "a modifier of one's own is a formula", "weights-2", ones, all,
      modifier: GradientModifier("cubed") { $0.power(3) }, gives: [1, -8, 0, 0.125]),
    HandQuestion(
      "a modifier's own rectifier is none of the network's", "relu", ones, .units(.unit(0)), .guided,
      modifier: GradientModifier("negative part") { (-$0).rectified() }, gives: [0, 0, 0, 0]),
    HandQuestion(
      "a network without rectifiers is explained by losses too", "weights-2", ones,
      losses: [(.activationMaximization(), 2)], gives: [2, -4, 0, 1]),
    HandQuestion(
      "an input without a batch is one item", "weights-1", ones, shape: [4],
      losses: [(.activationMaximization(), 1)], gives: [1, -2, 0, 0.5]),
  ]

  @Test("Gradient modifiers", arguments: modifiers)
  func modifier(_ question: HandQuestion) async throws {
    try await question.check()
  }

  @Test(
    "Maps that have nothing above zero say so, unless they are zero or show signs",
    arguments: [
      ("positive and negated", GradientModifier.negate, true), ("positive", .relu, false),
      ("positive, with signs", .none, false),
      ("zero", GradientModifier("zero", isSigned: false) { $0 * 0 }, false),
    ])
  func nothingToShow(sentence: String, modifier: GradientModifier, expected: Bool) async throws {
    let explainer = try await Explainer(
      HandQuestion.network("max-pool"), modifier: modifier, inputShape: [1, 1, 2, 4])
    let input = Tensor(shape: [1, 1, 2, 4], values: (0..<8).map(Float.init))
    #expect(try await explainer.attribution(of: input).hasNothingToShow(item: 0) == expected)
  }

  struct Channels: Sendable, CustomTestStringConvertible {
    let shape: Shape
    let modifier: GradientModifier
    let reducedShape: Shape
    let reduced: [Float]
    var testDescription: String { "\(shape.text), \(modifier.name)" }
  }

  @Test(
    "The largest over the channels is taken, of signed numbers the one with the largest magnitude",
    arguments: [
      Channels(shape: [4], modifier: .none, reducedShape: [4], reduced: [1, -2, 0, 0.5]),
      Channels(shape: [1, 4], modifier: .none, reducedShape: [1, 4], reduced: [1, -2, 0, 0.5]),
      Channels(shape: [1, 2, 3], modifier: .none, reducedShape: [1, 3], reduced: [-3, -4, 2]),
      Channels(shape: [1, 2, 3], modifier: .absolute, reducedShape: [1, 3], reduced: [3, 4, 2]),
      Channels(shape: [1, 2, 3], modifier: .negate, reducedShape: [1, 3], reduced: [3, 4, -2]),
      Channels(shape: [1, 2, 2, 2], modifier: .none, reducedShape: [1, 2, 2], reduced: [-3, -4, 2, 0]),
      Channels(shape: [1, 2, 2, 2], modifier: .relu, reducedShape: [1, 2, 2], reduced: [1, 2, 2, 0]),
      Channels(
        shape: [1, 2, 2, 1, 2], modifier: .none, reducedShape: [1, 2, 1, 2], reduced: [-3, -4, 2, 0]),
    ])
  func channels(_ channels: Channels) async throws {
    let model = try HandQuestion.network("weights-\(channels.shape.count)")
    let input = Tensor(
      shape: channels.shape, values: Array(repeating: 1, count: channels.shape.elementCount))
    func map(keepsDimensions: Bool, isNormalized: Bool = false) async throws -> Tensor {
      try await visualizeSaliency(
        of: model, input: input, gradientModifier: channels.modifier, keepsDimensions: keepsDimensions,
        isNormalized: isNormalized)
    }
    #expect(try await map(keepsDimensions: true).shape == channels.shape)
    let reduced = try await map(keepsDimensions: false)
    #expect(reduced.shape == channels.reducedShape)
    #expect(reduced.values == channels.reduced)
    let (low, high) = (channels.reduced.min()!, channels.reduced.max()!)
    let normalized = try await map(keepsDimensions: false, isNormalized: true)
    #expect(relativeError(normalized.values, channels.reduced.map { ($0 - low) / (high - low) }) < 1e-6)
  }

  @Test("Each item of a batch is scaled to 0…1 by itself, and one of equal numbers becomes zeros")
  func normalization() async throws {
    let input = Tensor(shape: [3, 2], values: [2, 1, 1, 4, -1, -1])
    let map = try await visualizeSaliency(
      of: try HandQuestion.network("softmax"), filters: [0], input: input, gradientModifier: .none)
    #expect(map.values == [1, 0, 1, 0, 0, 0])
    let raw = try await visualizeSaliency(
      of: try HandQuestion.network("softmax"), filters: [0], input: input, gradientModifier: .none,
      isNormalized: false)
    #expect(raw.values == [3, -1, 1, 0, 0, 0])
  }

  @Test("An item whose map is zero everywhere is told from the others")
  func zeroMaps() async throws {
    let explainer = try await Explainer(try HandQuestion.network("softmax"), inputShape: [2, 2])
    let attribution = try await explainer.attribution(
      of: Tensor(shape: [2, 2], values: [2, 1, -1, -1]), target: .unit(0))
    #expect(!attribution.isZero(item: 0) && attribution.isZero(item: 1))
  }

  @Test(
    "visualizeSaliency gives what an explainer gives",
    arguments: [Saliency.Method.gradient, .guided, .rectified])
  func sameAsExplainer(method: Saliency.Method) async throws {
    let model = try HandQuestion.network("fused")
    let input = Tensor(shape: [2, 1, 1, 3], values: [1, -0.5, -2, 0, 3, -4])
    let explainer = try await Explainer(
      model, method: method, layer: "o", withRespectTo: "c", inputShape: input.shape)
    let attribution = try await explainer.attribution(of: input, target: .unit(0))
    for keepsDimensions in [true, false] {
      let general = try await visualizeSaliency(
        of: model, layer: "o", filters: [0], input: input, withRespectTo: "c", method: method,
        keepsDimensions: keepsDimensions, isNormalized: false)
      let expected = keepsDimensions ? attribution.values : attribution.reducedOverChannels()
      #expect(general.shape == expected.shape && general.values == expected.values)
      let research = try await visualizeSaliency(
        of: model, losses: [(Loss("mean", of: "o") { $0.mean([2, 3]) }, 1)], input: input,
        withRespectTo: "c", method: method, keepsDimensions: keepsDimensions)
      #expect(relativeError(research.values, expected.normalizedByItem().values) < 1e-6)
    }
  }
}
