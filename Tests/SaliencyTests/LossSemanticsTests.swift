@testable import Saliency
import SaliencyCore
import Testing

/// Losses, layers and sides on networks small enough to do by hand.
///
/// 'softmax' and 'sigmoid' are (a, b) → relu 'first' → 'hidden' (a, b, 2a − b) → 'relu' → 'scores' (h₀ + h₂, h₁ − h₂), and the
/// activation they are called after. At (2, 1) the scores are (5, −2) with the gradients (3, −1) and (−2, 2).
@Suite("Losses and layers on networks done by hand")
struct LossSemanticsTests {
  static let losses: [HandQuestion] = [
    HandQuestion(
      "two losses count with their weights, a negative one downwards", "softmax", [2, 1],
      losses: [
        (.activationMaximization(filters: [0]), 2), (.activationMaximization(filters: [1]), -0.5),
      ], gives: [7, -3]),
    HandQuestion(
      "losses of several layers are added", "softmax", [2, 1],
      losses: [
        (.activationMaximization(of: "scores", filters: [0]), 1),
        (.activationMaximization(of: "hidden", filters: [2]), -1),
      ], gives: [1, 0]),
    HandQuestion(
      "a weight of 0 counts for nothing", "softmax", [2, 1],
      losses: [(.activationMaximization(filters: [0]), 0), (.activationMaximization(filters: [1]), 1)],
      gives: [-2, 2]),
    HandQuestion(
      "a loss can be a sum of squares", "softmax", [2, 1],
      losses: [(Loss("squares", of: "hidden") { $0.squared().sum() }, 1)], gives: [16, -4]),
    HandQuestion(
      "a loss of several numbers counts with their sum", "softmax", [2, 1],
      losses: [(Loss("squares", of: "hidden") { $0 * $0 }, 1)], gives: [16, -4]),
    HandQuestion(
      "a loss can be a mean of powers", "softmax", [2, 1],
      losses: [(Loss("cubes", of: "hidden") { $0.power(3).mean() }, 1)], gives: [4 + 18, 1 - 9]),
    HandQuestion(
      "a loss can be a slice", "softmax", [2, 1],
      losses: [(Loss("slice", of: "hidden") { $0[axis: -1, 1..<3] }, 1)], gives: [2, 0]),
    HandQuestion(
      "a loss can be masked by a comparison", "softmax", [2, 1],
      losses: [(Loss("large ones", of: "relu") { $0 * $0.isGreater(than: 1.5) }, 1)], gives: [3, -1]),
    HandQuestion(
      "a loss can be the distance to another activation", "softmax", [2, 1],
      losses: [
        (
          Loss("distance") {
            try $0.activation(of: "hidden").squaredDistance(
              to: $0.constant(Tensor(shape: [1, 3], values: [1, 1, 1])))
          }, 1
        )
      ], gives: [10, -4]),
    HandQuestion(
      "a loss can be the largest activation", "softmax", [2, 1],
      losses: [(Loss("largest", of: "relu") { $0.largest([1]) }, 1)], gives: [2, -1]),
    HandQuestion(
      "a loss can be made of the input alone", "softmax", [2, 1],
      losses: [(Loss("input") { $0.input.squared() }, 1)], gives: [4, 2]),
    HandQuestion(
      "the score is a loss's to use as well as the output", "softmax", [2, 1],
      losses: [(Loss("score") { $0.score[axis: 1, 0..<1] }, 1)], gives: [3, -1]),
    HandQuestion(
      "a method overrides the network's rectifiers, not those in a loss's formula", "softmax", [2, 1],
      losses: [(Loss("negative part", of: "scores") { -(-$0).rectified() }, 1)], .guided, gives: [0, 1]),
    HandQuestion(
      "each item of a batch is explained by itself", "softmax", [2, 1, 1, 4], shape: [2, 2],
      losses: [(.activationMaximization(filters: [0]), 1)], gives: [3, -1, 1, 0]),
  ]

  static let layers: [HandQuestion] = [
    HandQuestion(
      "a layer in the middle is explained as if nothing came after it", "softmax", [2, 1],
      .units(.unit(2), of: "hidden"), gives: [2, -1]),
    HandQuestion(
      "what has no derivative does not matter above the layer", "no-derivative-above", [2, 1],
      .units(.unit(2), of: "hidden"), gives: [2, -1]),
    HandQuestion(
      "a gradient with respect to a layer ends there", "softmax", [2, 1], .units(.unit(0)),
      withRespectTo: "relu", gives: [1, 0, 1]),
    HandQuestion(
      "a gradient with respect to a rectifier's result is not that before it", "softmax", [2, 5],
      .units(.unit(0)), withRespectTo: "relu", gives: [1, 0, 1]),
    HandQuestion(
      "a gradient with respect to what goes into a rectifier is gated by it", "softmax", [2, 5],
      .units(.unit(0)), withRespectTo: "hidden", gives: [1, 0, 0]),
    HandQuestion(
      "a method overrides between a layer and the output", "softmax", [2, 1], .units(.unit(1)), .guided,
      withRespectTo: "hidden", gives: [0, 1, 0]),
    HandQuestion(
      "with respect to the layer that is explained all gradients are 1", "softmax", [2, 1],
      losses: [(.activationMaximization(of: "hidden"), 1)], withRespectTo: "hidden", gives: [1, 1, 1]),
    HandQuestion(
      "negative filters count from the last, and a filter counts with its mean", "filters", [1, 2],
      shape: [1, 1, 1, 2], losses: [(.activationMaximization(of: "conv", filters: [-1]), 1)],
      gives: [2, 2]),
    HandQuestion(
      "several filters are added", "filters", [1, 2], shape: [1, 1, 1, 2],
      losses: [(.activationMaximization(of: "conv", filters: [0, 2]), 1)], gives: [2, 2]),
    HandQuestion(
      "a filter that is named twice counts once", "filters", [1, 2], shape: [1, 1, 1, 2],
      losses: [(.activationMaximization(of: "conv", filters: [1, 1, -3]), 1)], gives: [1, 1]),
    HandQuestion(
      "without filters all are meant", "filters", [1, 2], shape: [1, 1, 1, 2],
      losses: [(.activationMaximization(of: 0), 1)], gives: [5, 5]),
  ]

  /// At (3, 5) both scores are 4: the probabilities are ½, and the derivative of the first is ¼ · ((3, −1) − (−2, 2)).
  static let sides: [HandQuestion] = [
    HandQuestion(
      "the score before a softmax is explained", "softmax", [3, 5], .units(.unit(0)), gives: [3, -1]),
    HandQuestion(
      "the layer that gives the output is the output", "softmax", [3, 5], .units(.unit(0), of: -1),
      gives: [3, -1]),
    HandQuestion(
      "the output as a loss is its score", "softmax", [3, 5],
      losses: [(.activationMaximization(of: "y", filters: [0]), 1)], gives: [3, -1]),
    HandQuestion(
      "the probability behind a softmax is explained where it is asked for", "softmax", [3, 5],
      .units(.unit(0), side: .probability), gives: [1.25, -0.75]),
    HandQuestion(
      "the last layer has its probability too", "softmax", [3, 5],
      .units(.unit(0), of: -1, side: .probability), gives: [1.25, -0.75]),
    HandQuestion(
      "a loss reaches the probability by the output", "softmax", [3, 5],
      losses: [(Loss("probability") { $0.output[axis: 1, 0..<1] }, 1)], gives: [1.25, -0.75]),
    HandQuestion(
      "the score before a sigmoid is explained", "sigmoid", [1, 2], .units(.unit(1)), gives: [0, 1]),
    HandQuestion(
      "the probability behind a sigmoid is explained where it is asked for", "sigmoid", [0.5, 0.5],
      .units(.unit(1), side: .probability), gives: [-0.5, 0.5]),
  ]

  @Test(
    "Score and probability are reported as what they are, whichever is explained",
    arguments: ["softmax", "sigmoid"], OutputSide.allCases)
  func reportedNumbers(network: String, side: OutputSide) async throws {
    let model = try HandQuestion.network(network)
    let input = Tensor(shape: [1, 2], values: [0.25, 0.5])
    let explainer = try await Explainer(model, side: side, inputShape: input.shape)
    let units = try await explainer.attribution(of: input, target: .top(2)).units
    let predictor = try await Predictor(model, inputShape: input.shape)
    #expect(units == (try await predictor.predictions(for: input)))
    #expect(units[0].allSatisfy { $0.score != $0.probability })
  }

  @Test("Losses, layers and sides", arguments: losses + layers + sides)
  func question(_ question: HandQuestion) async throws {
    try await question.check()
  }

  @Test("Losses are reported with their weights and values, for each item of the batch")
  func report() async throws {
    let input = Tensor(shape: [2, 2], values: [2, 1, 3, 5])
    let explainer = try await Explainer(
      try HandQuestion.network("softmax"),
      losses: [
        (.activationMaximization(filters: [0]), 1),
        (.activationMaximization(of: "hidden", filters: [-1]), -0.5),
        (Loss("whole batch", of: "hidden") { $0.sum(keepsAxes: false) }, 2),
      ], inputShape: [2, 2])
    let attribution = try await explainer.attribution(of: input)
    #expect(
      attribution.losses == [
        .init(name: "output:0", weight: 1, values: [5, 4]),
        .init(name: "hidden:-1", weight: -0.5, values: [3, 1]),
        .init(name: "whole batch", weight: 2, values: [15]),
      ])
    #expect(attribution.provenance.layer == "output:0 − 0.5 · hidden:-1 + 2 · whole batch")
    #expect(attribution.units == [[], []])
  }

  @Test("Overridden are the rectifiers between the layer and what is explained alone")
  func overridden() async throws {
    let input = try await LossSemanticsTests.layers[5].answer().provenance
    #expect(input.overriddenLayers == ["relu"] && input.withRespectTo == "hidden")
    let result = try await LossSemanticsTests.layers[2].answer().provenance
    #expect(result.keptActivations.isEmpty && result.withRespectTo == "relu")
    let whole = try await Explainer(try HandQuestion.network("softmax"), method: .guided)
    #expect(whole.provenance.overriddenLayers == ["first", "relu"])
  }

  @Test("Units one by one give what each gives alone, and together their sum")
  func oneByOne() async throws {
    let explainer = try await Explainer(try HandQuestion.network("softmax"), modifier: .none)
    let input = Tensor(shape: [1, 2], values: [2, 1])
    let each = try await explainer.attributions(of: input, eachOf: .top(2))
    #expect(each.map(\.values.values) == [[3, -1], [-2, 2]])
    #expect(each.map { $0.units[0].map(\.index) } == [[0], [1]])
    let together = try await explainer.attribution(of: input, target: .top(2))
    #expect(together.values.values == [1, 1])
  }
}
