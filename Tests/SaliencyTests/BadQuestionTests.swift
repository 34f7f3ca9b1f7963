import Saliency
import SaliencyCore
import Testing

/// Questions that cannot be answered, with what is said about them.
@Suite("Bad questions")
struct BadQuestionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let about: String
    /// The whole message, without the model's path before it.
    let message: String
    let code: SaliencyError.Code
    let ask: @Sendable (Model, Tensor) async throws -> Void

    init(
      _ about: String, _ code: SaliencyError.Code, _ message: String,
      _ ask: @escaping @Sendable (Model, Tensor) async throws -> Void
    ) {
      self.about = about
      self.code = code
      self.message = message
      self.ask = ask
    }

    var testDescription: String { about }
  }

  /// Asks about losses at one input.
  private static func explain(
    _ model: Model, _ input: Tensor, _ losses: [(Loss, weight: Float)],
    method: Saliency.Method = .gradient, modifier: GradientModifier = .absolute,
    withRespectTo source: LayerReference? = nil, target: Target? = nil
  ) async throws {
    let explainer = try await Explainer(
      model, losses: losses, method: method, modifier: modifier, withRespectTo: source,
      inputShape: input.shape)
    _ = try await explainer.attribution(of: input, target: target)
  }

  private static let score = Loss.activationMaximization(filters: [0])

  // The network is (a, b) → 'first' → 'hidden' (a, b, 2a − b) → 'relu' → 'scores' → 'y', a softmax.
  static let layers: [Case] = [
    Case(
      "a layer that does not exist", .unknownTarget,
      "layer 'hiden' does not exist; did you mean 'hidden'?"
    ) { _ = try await visualizeSaliency(of: $0, layer: "hiden", input: $1) },
    Case(
      "a layer that is like none", .unknownTarget,
      "layer 'block5_conv3' does not exist; 'saliency inspect' lists all 5"
    ) { try await explain($0, $1, [(.activationMaximization(of: "block5_conv3"), 1)]) },
    Case(
      "an index beyond the layers", .unknownTarget,
      "layer 5 does not exist; layers are counted from 0 to 4"
    ) { _ = try await visualizeSaliency(of: $0, layer: 5, input: $1) },
    Case(
      "a negative index beyond the layers", .unknownTarget,
      "layer -6 does not exist; layers are counted from 0 to 4"
    ) { _ = try await Explainer($0, layer: -6, inputShape: $1.shape) },
    Case(
      "a layer to be explained with respect to that does not exist", .unknownTarget,
      "layer 'rellu' does not exist; did you mean 'relu'?"
    ) { _ = try await visualizeSaliency(of: $0, input: $1, withRespectTo: "rellu") },
    Case(
      "a loss whose layer does not exist", .unknownTarget,
      "layer 'score' does not exist; did you mean 'scores'?"
    ) { try await explain($0, $1, [(Loss("mine", of: "score") { $0 }, 1)]) },
  ]

  static let filters: [Case] = [
    Case(
      "a filter beyond a layer's", .unknownTarget,
      "'hidden' has no filter 3; there are 3, counted from 0 to 2"
    ) { _ = try await visualizeSaliency(of: $0, layer: 1, filters: [0, 3], input: $1) },
    Case(
      "a negative filter beyond a layer's", .unknownTarget,
      "'hidden' has no filter -4; there are 3, counted from 0 to 2"
    ) { _ = try await visualizeSaliency(of: $0, layer: "hidden", filters: [-4], input: $1) },
    Case(
      "a unit beyond the output's", .unknownTarget,
      "'y' has no filter 1000; there are 2, counted from 0 to 1"
    ) { _ = try await visualizeSaliency(of: $0, filters: [1000], input: $1) },
    Case(
      "a target beyond the output's", .unknownTarget,
      "unit 2 does not exist; there are 2, counted from 0 to 1"
    ) { _ = try await Explainer($0).attribution(of: $1, target: .unit(2)) },
    Case(
      "an empty target", .unknownTarget, "the target is an empty list of units; give at least one"
    ) { _ = try await Explainer($0).attribution(of: $1, target: .units([])) },
    Case(
      "an empty target, one by one", .unknownTarget,
      "the target is an empty list of units; give at least one"
    ) { _ = try await Explainer($0).attributions(of: $1, eachOf: .units([])) },
    Case(
      "units one by one, of which one item has fewer than another", .unknownTarget,
      "the target 'top,0' means more units for one item of the batch than for another; explain the items one by one"
    ) { model, _ in
      // The best unit is 0 of the first item and 1 of the second.
      let input = Tensor(shape: [2, 2], values: [2, 1, 0, 4])
      let explainer = try await Explainer(model, inputShape: input.shape)
      _ = try await explainer.attributions(of: input, eachOf: try Target(parsing: "top,0"))
    },
    Case(
      "the best none", .unknownTarget, "'top:0' is no target; after top: a number from 1 on is expected"
    ) { _ = try await Explainer($0).attribution(of: $1, target: .top(0)) },
  ]

  static let losses: [Case] = [
    Case("no losses", .invalidSetting, "no losses are given; give at least one") {
      try await explain($0, $1, [])
    },
    Case(
      "a weight that is not finite", .invalidSetting,
      "the weight of loss 'output:0' is nan; it has to be finite"
    ) { try await explain($0, $1, [(score, .nan)]) },
    Case(
      "a loss that comes before the layer that the map is for", .invalidSetting,
      "loss 'hidden:0' comes before layer 'scores', and so does not depend on it; explain something that comes after, or "
        + "take the gradient with respect to an earlier layer"
    ) {
      try await explain(
        $0, $1, [(.activationMaximization(of: "hidden", filters: [0]), 1)], withRespectTo: "scores")
    },
    Case(
      "units that come before the layer that the map is for", .invalidSetting,
      "'hidden' comes before layer 'relu', and so does not depend on it; explain something that comes after, or take the "
        + "gradient with respect to an earlier layer"
    ) { _ = try await Explainer($0, layer: "hidden", withRespectTo: "relu", inputShape: $1.shape) },
    Case(
      "a loss that does not depend on the input", .invalidSetting,
      "loss 'one' does not depend on the input 'x'; nothing that it is made of is computed from that"
    ) { try await explain($0, $1, [(score, 1), (Loss("one") { $0.constant(Tensor(1)) }, 1)]) },
    Case(
      "a loss of comparisons alone", .invalidSetting,
      "the derivative of 'count' with respect to the input 'x' is 0 everywhere: it depends on it through comparisons or "
        + "rounding alone; explain something that changes smoothly"
    ) { try await explain($0, $1, [(Loss("count", of: "hidden") { $0.isGreater(than: 1) }, 1)]) },
    Case(
      "a loss of another builder's values", .invalidSetting,
      "loss 'foreign' is made of values of another graph; make it of the activations that it is given"
    ) {
      try await explain($0, $1, [(Loss("foreign") { _ in GraphBuilder().constant(Tensor(1)) }, 1)])
    },
    Case(
      "a loss that mixes values of two builders", .invalidSetting,
      "loss 'mixed' is made of values of another graph; make it of the activations that it is given"
    ) {
      try await explain(
        $0, $1, [(Loss("mixed", of: "hidden") { $0 + GraphBuilder().constant(Tensor(1)) }, 1)])
    },
    Case(
      "a loss of an exponent that is no number", .nonFinite,
      "loss 'power' is nan (element 0 of 1); its formula has no finite value for this input"
    ) { try await explain($0, $1, [(Loss("power", of: "scores") { $0.power(.nan) }, 1)]) },
    Case(
      "a loss with a constant that is no number", .nonFinite,
      "the constant 'loss/mine' contains nan (element 0 of 1×3); make it of finite numbers"
    ) {
      let factor = Tensor(shape: [1, 3], values: [.nan, 1, 1])
      try await explain(
        $0, $1, [(Loss("mine") { try $0.activation(of: "hidden") * $0.constant(factor) }, 1)])
    },
    Case(
      "a target beside losses", .invalidSetting,
      "losses are explained, which say themselves what is meant; give no target"
    ) { try await explain($0, $1, [(score, 1)], target: .top) },
    Case(
      "a loss that gives NaN", .nonFinite,
      "loss 'logarithm' is nan (element 0 of 1); its formula has no finite value for this input"
    ) { try await explain($0, $1, [(Loss("logarithm", of: "scores") { $0.logarithm() }, 1)]) },
  ]

  static let methods: [Case] = [
    Case(
      "a rule that matches nothing behind the layer that the map is for", .methodMatchedNothing,
      "method 'guided' overrides nothing: there is no rectifier (ReLU, ReLU6) between layer 'scores' and 'y'; use method "
        + "'gradient', which this would be"
    ) { _ = try await Explainer($0, method: .guided, withRespectTo: "scores", inputShape: $1.shape) },
    Case(
      "a rule that matches nothing but a loss's formula", .methodMatchedNothing,
      "method 'guided' overrides nothing: there is no rectifier (ReLU, ReLU6) between layer 'relu' and 'mine'; use method "
        + "'gradient', which this would be"
    ) {
      try await explain(
        $0, $1, [(Loss("mine", of: "scores") { $0.rectified() }, 1)], method: .guided, withRespectTo: "relu")
    },
    Case(
      "a rule that lets nothing pass", .invalidSetting,
      "method 'wall' lets no gradient pass between the input 'x' and 'y'; a rule has to give one to an operand that leads "
        + "there"
    ) { model, _ in
      let wall = BackpropRule("wall") { operation, _, _, _ in operation is Rectifier ? [nil] : nil }
      _ = try await Explainer(model, method: .custom(wall))
    },
    Case(
      "a loss whose derivative is not finite", .nonFinite,
      "the attribution is nan (element 0 of 1×2); check that the input is scaled as the network expects it, and that the "
        + "derivatives of your formulas are finite there"
    ) { try await explain($0, $1, [(Loss("root", of: "hidden") { ($0 - $0).squareRoot() }, 1)]) },
    Case(
      "a gradient modifier that changes the shape", .invalidSetting,
      "gradient modifier 'total' makes 1×1 of a gradient of 1×2; it has to keep the shape"
    ) { try await explain($0, $1, [(score, 1)], modifier: GradientModifier("total") { $0.sum() }) },
    Case(
      "a gradient modifier of another builder's values", .invalidSetting,
      "gradient modifier 'foreign' returns a value of another graph; make it of the gradient it is given"
    ) {
      try await explain(
        $0, $1, [(score, 1)],
        modifier: GradientModifier("foreign") {
          GraphBuilder().constant(Tensor(shape: $0.shape, values: [1, 2]))
        })
    },
  ]

  static let inputs: [Case] = [
    Case(
      "an input without a batch", .invalidInput,
      "a shape of 2 does not fit input 'x' of softmax.onnx, which takes ?×2; the batch has to be the first axis"
    ) { _ = try await visualizeSaliency(of: $0, input: $1.reshaped(to: [2])) },
    Case(
      "an input of another length", .invalidInput,
      "a shape of 1×3 does not fit input 'x' of softmax.onnx, which takes ?×2"
    ) { model, _ in
      _ = try await visualizeSaliency(of: model, input: Tensor(shape: [1, 3], values: [1, 2, 3]))
    },
    Case("an empty batch", .invalidInput, "a shape of 0×2 has no elements") { model, _ in
      _ = try await visualizeSaliency(of: model, input: Tensor(shape: [0, 2], values: []))
    },
    Case(
      "an input that is not finite", .invalidInput,
      "element 1 of 1×2 is inf; an input has to be made of finite numbers"
    ) { model, _ in
      _ = try await visualizeSaliency(of: model, input: Tensor(shape: [1, 2], values: [1, .infinity]))
    },
  ]

  @Test(
    "A bad question is refused with what is wrong and what would be right",
    arguments: layers + filters + losses + methods + inputs)
  func refused(_ bad: Case) async throws {
    let model = try HandQuestion.network("softmax")
    let error = await #expect(throws: SaliencyError.self) {
      try await bad.ask(model, Tensor(shape: [1, 2], values: [2, 1]))
    }
    #expect(error?.message == bad.message)
    #expect(error?.code == bad.code)
  }

  @Test("What a loss throws is thrown as it is")
  func thrown() async throws {
    struct Mine: Error, Equatable { let number: Int }
    let model = try HandQuestion.network("softmax")
    await #expect(throws: Mine(number: 3)) {
      try await Explainer(model, losses: [(Loss("mine") { _ in throw Mine(number: 3) }, 1)])
    }
  }

  @Test("An error says which model it is about")
  func file() async throws {
    let model = try HandQuestion.network("softmax")
    let error = await #expect(throws: SaliencyError.self) { try await Explainer(model, layer: "hiden") }
    #expect(error?.description.hasPrefix(model.path + ": layer ") == true)
  }

  @Test("A layer on another branch is no part of what is explained")
  func branches() async throws {
    let model = try HandQuestion.network("branches")
    let error = await #expect(throws: SaliencyError.self) {
      try await Explainer(model, layer: "left", withRespectTo: "right")
    }
    #expect(
      error?.message
        == "'left' does not depend on layer 'right'; nothing that it is made of is computed from that")
  }
}
