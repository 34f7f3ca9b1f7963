import LibC
@testable import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// Networks that end in an activation that is written with other operators, or that is followed by some.
@Suite("Activations at a network's end")
struct FinalActivationTests {
  /// What stands between the scores "z", 1×3, and the output "y".
  struct Case: Sendable, CustomTestStringConvertible {
    let about: String
    /// What is recognized; nil where nothing is.
    let activation: String?
    /// Whether nothing but the output is a unit's score.
    let isItself: Bool
    let add: @Sendable (inout MadeModel) -> Void

    init(
      _ about: String, _ activation: String?, isItself: Bool = false,
      _ add: @escaping @Sendable (inout MadeModel) -> Void
    ) {
      (self.about, self.activation, self.isItself, self.add) = (about, activation, isItself, add)
    }

    var testDescription: String { about }
  }

  /// The scores of the three units.
  private static let scores: [Float] = [0.5, -1, 2]

  private static let sigmoids: [Case] = [
    Case("1 / (1 + exp(−x)) by a negation and a reciprocal", "Sigmoid") {
      $0.node("Neg", ["z"], ["n"])
      $0.node("Exp", ["n"], ["e"])
      $0.node("Add", ["e", "one"], ["d"])
      $0.node("Reciprocal", ["d"], ["y"])
    },
    Case("1 / (1 + exp(−x)) by a product with −1 and a division", "Sigmoid") {
      $0.weight("minus", [1, 1], [-1])
      $0.node("Mul", ["minus", "z"], ["n"])
      $0.node("Exp", ["n"], ["e"])
      $0.node("Add", ["one", "e"], ["d"])
      $0.node("Div", ["one", "d"], ["y"])
    },
    Case("1 / (1 + exp(0 − x)) with constants for each unit", "Sigmoid") {
      $0.weight("zeros", [3], [0, 0, 0])
      $0.weight("ones", [1, 3], [1, 1, 1])
      $0.node("Sub", ["zeros", "z"], ["n"])
      $0.node("Exp", ["n"], ["e"])
      $0.node("Add", ["e", "ones"], ["d"])
      $0.node("Div", ["ones", "d"], ["y"])
    },
    Case("a power of −1 in place of a reciprocal", "Sigmoid") {
      $0.weight("minus", [], [-1])
      $0.node("Neg", ["z"], ["n"])
      $0.node("Exp", ["n"], ["e"])
      $0.node("Add", ["e", "one"], ["d"])
      $0.node("Pow", ["d", "minus"], ["y"])
    },
    Case("exp(x) / (1 + exp(x))", "Sigmoid") {
      $0.node("Exp", ["z"], ["e"])
      $0.node("Add", ["e", "one"], ["d"])
      $0.node("Div", ["e", "d"], ["y"])
    },
    Case("exp(x) times the reciprocal of 1 + exp(x), with two exponentials", "Sigmoid") {
      $0.node("Exp", ["z"], ["e"])
      $0.node("Exp", ["z"], ["f"])
      $0.node("Add", ["f", "one"], ["d"])
      $0.node("Reciprocal", ["d"], ["r"])
      $0.node("Mul", ["r", "e"], ["y"])
    },
    Case("½ (tanh(x / 2) + 1)", "Sigmoid") {
      $0.weight("half", [], [0.5])
      $0.node("Mul", ["z", "half"], ["h"])
      $0.node("Tanh", ["h"], ["t"])
      $0.node("Add", ["t", "one"], ["s"])
      $0.node("Mul", ["s", "half"], ["y"])
    },
    Case("½ tanh(x / 2) + ½", "Sigmoid") {
      $0.weight("half", [], [0.5])
      $0.weight("two", [], [2])
      $0.node("Div", ["z", "two"], ["h"])
      $0.node("Tanh", ["h"], ["t"])
      $0.node("Mul", ["t", "half"], ["s"])
      $0.node("Add", ["s", "half"], ["y"])
    },
    Case("1 − sigmoid(−x)", "Sigmoid") {
      $0.node("Neg", ["z"], ["n"])
      $0.node("Sigmoid", ["n"], ["s"])
      $0.node("Sub", ["one", "s"], ["y"])
    },
    Case("exp(−softplus(−x))", "Sigmoid") {
      $0.node("Neg", ["z"], ["n"])
      $0.node("Softplus", ["n"], ["p"])
      $0.node("Neg", ["p"], ["q"])
      $0.node("Exp", ["q"], ["y"])
    },
    Case("log(sigmoid(x))", "LogSigmoid") {
      $0.node("Sigmoid", ["z"], ["s"])
      $0.node("Log", ["s"], ["y"])
    },
    Case("−softplus(−x)", "LogSigmoid") {
      $0.node("Neg", ["z"], ["n"])
      $0.node("Softplus", ["n"], ["p"])
      $0.node("Neg", ["p"], ["y"])
    },
  ]

  private static let softmaxes: [Case] = [
    Case("exp(x) / Σ exp(x)", "Softmax") {
      $0.node("Exp", ["z"], ["e"])
      $0.node("ReduceSum", ["e", "last"], ["s"])
      $0.node("Div", ["e", "s"], ["y"])
    },
    Case("exp(x) · (1 / Σ exp(x)) with the largest taken off", "Softmax") {
      $0.node("ReduceMax", ["z"], ["m"], ["axes": .integers([1])])
      $0.node("Sub", ["z", "m"], ["f"])
      $0.node("Exp", ["f"], ["e"])
      $0.node("ReduceSum", ["e", "last"], ["s"])
      $0.node("Div", ["one", "s"], ["r"])
      $0.node("Mul", ["e", "r"], ["y"])
    },
    Case("exp(x) / Σ exp(x) with the largest taken off, which a maximum keeps finite", "Softmax") {
      $0.weight("lowest", [], [-.infinity])
      $0.node("ReduceMax", ["z"], ["m"], ["axes": .integers([1]), "keepdims": .integer(0)])
      $0.node("Max", ["lowest", "m"], ["bounded"])
      $0.node("Unsqueeze", ["bounded", "last"], ["u"])
      $0.node("Sub", ["z", "u"], ["f"])
      $0.node("Exp", ["f"], ["e"])
      $0.node("ReduceSum", ["e", "last"], ["s"])
      $0.node("Div", ["e", "s"], ["y"])
    },
    Case("exp(x) / Σ exp(x) with the largest taken off where it is finite", "Softmax") {
      $0.weight("zero", [], [0])
      $0.node("ReduceMax", ["z"], ["m"], ["axes": .integers([1])])
      $0.node("IsInf", ["m"], ["isInfinite"])
      $0.node("Where", ["isInfinite", "zero", "m"], ["bounded"])
      $0.node("Sub", ["z", "bounded"], ["f"])
      $0.node("Exp", ["f"], ["e"])
      $0.node("ReduceSum", ["e", "last"], ["s"])
      $0.node("Div", ["e", "s"], ["y"])
    },
    Case("the reciprocal of Σ exp(x), whose axis comes back, times exp(x)", "Softmax") {
      $0.node("Exp", ["z"], ["e"])
      $0.node("ReduceSum", ["e", "last"], ["s"], ["keepdims": .integer(0)])
      $0.node("Reciprocal", ["s"], ["r"])
      $0.node("Unsqueeze", ["r", "last"], ["u"])
      $0.node("Mul", ["u", "e"], ["y"])
    },
    Case("a sum that a small number keeps from being 0", "Softmax") {
      $0.weight("small", [], [1e-7])
      $0.node("Exp", ["z"], ["e"])
      $0.node("ReduceSum", ["e", "last"], ["s"])
      $0.node("Add", ["s", "small"], ["t"])
      $0.node("Div", ["e", "t"], ["y"])
    },
    Case("exp(x − logsumexp(x))", "Softmax") {
      $0.node("ReduceLogSumExp", ["z"], ["l"], ["axes": .integers([1])])
      $0.node("Sub", ["z", "l"], ["d"])
      $0.node("Exp", ["d"], ["y"])
    },
    Case("exp(log-softmax(x))", "Softmax") {
      $0.node("LogSoftmax", ["z"], ["l"])
      $0.node("Exp", ["l"], ["y"])
    },
    Case("x − logsumexp(x)", "LogSoftmax") {
      $0.node("ReduceLogSumExp", ["z"], ["l"], ["axes": .integers([1]), "keepdims": .integer(0)])
      $0.node("Unsqueeze", ["l", "last"], ["u"])
      $0.node("Sub", ["z", "u"], ["y"])
    },
    Case("x − log Σ exp(x)", "LogSoftmax") {
      $0.node("Exp", ["z"], ["e"])
      $0.node("ReduceSum", ["e", "last"], ["s"])
      $0.node("Log", ["s"], ["l"])
      $0.node("Sub", ["z", "l"], ["y"])
    },
    Case("x − max − log Σ exp(x − max)", "LogSoftmax") {
      $0.node("ReduceMax", ["z"], ["m"], ["axes": .integers([1])])
      $0.node("Sub", ["z", "m"], ["f"])
      $0.node("Exp", ["f"], ["e"])
      $0.node("ReduceSum", ["e", "last"], ["s"])
      $0.node("Log", ["s"], ["l"])
      $0.node("Sub", ["f", "l"], ["y"])
    },
    Case("x − (max + log Σ exp(x − max)), where a maximum keeps the largest finite", "LogSoftmax") {
      $0.weight("lowest", [], [-1e30])
      $0.node("ReduceMax", ["z"], ["m"], ["axes": .integers([1])])
      $0.node("Max", ["m", "lowest"], ["bounded"])
      $0.node("Sub", ["z", "bounded"], ["f"])
      $0.node("Exp", ["f"], ["e"])
      $0.node("ReduceSum", ["e", "last"], ["s"])
      $0.node("Log", ["s"], ["l"])
      $0.node("Add", ["l", "bounded"], ["t"])
      $0.node("Sub", ["z", "t"], ["y"])
    },
    Case("log(softmax(x))", "LogSoftmax") {
      $0.node("Softmax", ["z"], ["s"])
      $0.node("Log", ["s"], ["y"])
    },
    Case("log(exp(x) / Σ exp(x)), cut above 0", "LogSoftmax") {
      $0.weight("small", [], [1e-7])
      $0.node("Exp", ["z"], ["e"])
      $0.node("ReduceSum", ["e", "last"], ["t"])
      $0.node("Div", ["e", "t"], ["s"])
      $0.node("Clip", ["s", "small"], ["c"])
      $0.node("Log", ["c"], ["y"])
    },
  ]

  private static let passedOn: [Case] = [
    Case("a softmax that is cut to 0…1", "Softmax") {
      $0.weight("zero", [], [0])
      $0.node("Softmax", ["z"], ["s"])
      $0.node("Clip", ["s", "zero", "one"], ["y"])
    },
    Case("a sigmoid that is cut a little above 0 and below 1", "Sigmoid") {
      $0.weight("low", [], [1e-6])
      $0.weight("high", [], [1 - 1e-6])
      $0.node("Sigmoid", ["z"], ["s"])
      $0.node("Clip", ["s", "low", "high"], ["y"])
    },
    Case("a softmax that is cut by a maximum and a minimum", "Softmax") {
      $0.weight("low", [], [1e-6])
      $0.node("Softmax", ["z"], ["s"])
      $0.node("Max", ["s", "low"], ["t"])
      $0.node("Min", ["t", "one"], ["y"])
    },
    Case("a softmax in double precision and back, and its identity", "Softmax") {
      $0.node("Cast", ["z"], ["d"], ["to": .integer(11)])
      $0.node("Softmax", ["d"], ["s"])
      $0.node("Identity", ["s"], ["i"])
      $0.node("Cast", ["i"], ["y"], ["to": .integer(1)])
    },
    Case("a sigmoid plus 0, times 1", "Sigmoid") {
      $0.weight("zeros", [3], [0, 0, 0])
      $0.weight("ones", [3], [1, 1, 1])
      $0.node("Sigmoid", ["z"], ["s"])
      $0.node("Add", ["s", "zeros"], ["t"])
      $0.node("Mul", ["ones", "t"], ["u"])
      $0.node("Div", ["u", "one"], ["y"])
    },
    Case("half the sum of two softmaxes", "Softmax", isItself: true) {
      $0.weight("half", [], [0.5])
      $0.node("Softmax", ["z"], ["s"])
      $0.node("Softmax", ["z"], ["t"])
      $0.node("Add", ["s", "t"], ["u"])
      $0.node("Mul", ["u", "half"], ["y"])
    },
    Case("the mean of three softmaxes", "Softmax", isItself: true) {
      for name in ["a", "b", "c"] { $0.node("Softmax", ["z"], [name]) }
      $0.node("Mean", ["a", "b", "c"], ["y"])
    },
    Case("two softmaxes with weights that add up to 1", "Softmax", isItself: true) {
      $0.weight("more", [], [0.75])
      $0.weight("less", [], [0.25])
      $0.node("Softmax", ["z"], ["s"])
      $0.node("Softmax", ["z"], ["t"])
      $0.node("Mul", ["s", "more"], ["a"])
      $0.node("Mul", ["less", "t"], ["b"])
      $0.node("Add", ["a", "b"], ["y"])
    },
    Case("the mean of two softmaxes that are stacked", "Softmax", isItself: true) {
      $0.integers("first", [1], [0])
      for name in ["a", "b"] {
        $0.node("Softmax", ["z"], [name])
        $0.node("Unsqueeze", [name, "first"], [name + "1"])
      }
      $0.node("Concat", ["a1", "b1"], ["s"], ["axis": .integer(0)])
      $0.node("ReduceMean", ["s"], ["y"], ["axes": .integers([0]), "keepdims": .integer(0)])
    },
    Case("sigmoids of three heads that are joined", "Sigmoid") {
      for unit in 0..<3 {
        $0.integers("from\(unit)", [1], [unit])
        $0.integers("to\(unit)", [1], [unit + 1])
        $0.node("Slice", ["z", "from\(unit)", "to\(unit)", "last"], ["z\(unit)"])
        $0.node("Sigmoid", ["z\(unit)"], ["s\(unit)"])
      }
      $0.node("Concat", ["s0", "s1", "s2"], ["y"], ["axis": .integer(1)])
    },
  ]

  private static let nearMisses: [Case] = [
    Case("no activation", nil) { $0.node("Identity", ["z"], ["y"]) },
    Case("1 / (2 + exp(−x))", nil) {
      $0.weight("two", [], [2])
      $0.node("Neg", ["z"], ["n"])
      $0.node("Exp", ["n"], ["e"])
      $0.node("Add", ["e", "two"], ["d"])
      $0.node("Reciprocal", ["d"], ["y"])
    },
    Case("2 / (1 + exp(−x))", nil) {
      $0.weight("two", [], [2])
      $0.node("Neg", ["z"], ["n"])
      $0.node("Exp", ["n"], ["e"])
      $0.node("Add", ["e", "one"], ["d"])
      $0.node("Div", ["two", "d"], ["y"])
    },
    Case("exp(x) / (1 + exp(2 x))", nil) {
      $0.weight("two", [], [2])
      $0.node("Exp", ["z"], ["e"])
      $0.node("Mul", ["z", "two"], ["t"])
      $0.node("Exp", ["t"], ["f"])
      $0.node("Add", ["f", "one"], ["d"])
      $0.node("Div", ["e", "d"], ["y"])
    },
    Case("tanh(x / 2) + 1", nil) {
      $0.weight("half", [], [0.5])
      $0.node("Mul", ["z", "half"], ["h"])
      $0.node("Tanh", ["h"], ["t"])
      $0.node("Add", ["t", "one"], ["y"])
    },
    Case("exp(x) over the sum of other exponentials", nil) {
      $0.weight("half", [], [0.5])
      $0.node("Exp", ["z"], ["e"])
      $0.node("Mul", ["z", "half"], ["h"])
      $0.node("Exp", ["h"], ["f"])
      $0.node("ReduceSum", ["f", "last"], ["s"])
      $0.node("Div", ["e", "s"], ["y"])
    },
    Case("exp(x) over the mean of the exponentials", nil) {
      $0.node("Exp", ["z"], ["e"])
      $0.node("ReduceMean", ["e"], ["s"], ["axes": .integers([1])])
      $0.node("Div", ["e", "s"], ["y"])
    },
    Case("exp(x) over 1 more than the sum of the exponentials", nil) {
      $0.node("Exp", ["z"], ["e"])
      $0.node("ReduceSum", ["e", "last"], ["s"])
      $0.node("Add", ["s", "one"], ["t"])
      $0.node("Div", ["e", "t"], ["y"])
    },
    Case("x − the largest x", nil) {
      $0.node("ReduceMax", ["z"], ["m"], ["axes": .integers([1])])
      $0.node("Sub", ["z", "m"], ["y"])
    },
    Case("a softmax that is cut at 0.5", nil) {
      $0.weight("half", [], [0.5])
      $0.node("Softmax", ["z"], ["s"])
      $0.node("Clip", ["s", "", "half"], ["y"])
    },
    Case("a softmax as percents", nil) {
      $0.weight("hundred", [], [100])
      $0.node("Softmax", ["z"], ["s"])
      $0.node("Mul", ["s", "hundred"], ["y"])
    },
    Case("the sum of two softmaxes", nil) {
      $0.node("Softmax", ["z"], ["s"])
      $0.node("Softmax", ["z"], ["t"])
      $0.node("Add", ["s", "t"], ["y"])
    },
    Case("a softmax and a sigmoid that are added and halved", nil) {
      $0.weight("half", [], [0.5])
      $0.node("Softmax", ["z"], ["s"])
      $0.node("Sigmoid", ["z"], ["t"])
      $0.node("Add", ["s", "t"], ["u"])
      $0.node("Mul", ["u", "half"], ["y"])
    },
  ]

  /// The explanation of a network for its unit 2, with names for its units.
  private func attribution(_ example: Case, side: OutputSide = .score) async throws -> Attribution {
    var made = MadeModel()
    made.input("x", [1, 3])
    made.weight("identity", [3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1])
    made.weight("one", [], [1])
    made.integers("last", [1], [1])
    made.node("MatMul", ["x", "identity"], ["z"])
    example.add(&made)
    made.output("y")
    return try await made.opened { model in
      let explainer = try await Explainer(model, Question(.unit(2), side: side, modifier: .none))
      return try await explainer.attribution(
        of: Tensor(shape: [1, 3], values: Self.scores), labels: Labels(["a", "b", "c"]))
    }
  }

  private static func probability(_ activation: String) -> Float {
    let exponentials = scores.map { exp($0) }
    return activation.hasSuffix("Softmax")
      ? exponentials[2] / exponentials.reduce(0, +) : exponentials[2] / (1 + exponentials[2])
  }

  @Test(
    "They are known however they are spelled out, and whatever without effect follows",
    arguments: sigmoids + softmaxes + passedOn)
  func known(_ example: Case) async throws {
    let attribution = try await attribution(example)
    #expect(attribution.provenance.finalActivation == example.activation)
    #expect(!attribution.provenance.isActivationAdded)
    let unit = attribution.units[0][0]
    let expected = Self.probability(example.activation ?? "")
    #expect(abs(unit.score - (example.isItself ? expected : Self.scores[2])) < 1e-5)
    let probability = try #require(unit.probability)
    #expect(abs(probability - expected) < 1e-5)
    // Of a score that the network is computed from the derivative is that score's alone.
    if !example.isItself { #expect(relativeError(attribution.values.values, [0, 0, 1]) < 1e-5) }
  }

  @Test("What looks like one and is none is not taken for one", arguments: nearMisses)
  func others(_ example: Case) async throws {
    let attribution = try await attribution(example)
    #expect(attribution.provenance.finalActivation == nil || attribution.provenance.isActivationAdded)
    #expect(attribution.units[0][0].score != Self.scores[2] || example.about == "no activation")
  }

  /// Exponentials of 3×3 numbers divided by their sums along an axis, whose axis is put back somewhere.
  private func share(sumAlong axis: Int, broadcastAs shape: Shape) -> FinalActivation {
    let builder = GraphBuilder()
    let exponentials = builder.input("x", shape: [3, 3]).exponential()
    return FinalActivation(of: exponentials / exponentials.sum([axis]).reshaped(to: shape))
  }

  @Test("A sum is that of a softmax only where each exponential meets its own")
  func alignment() {
    #expect(share(sumAlong: 1, broadcastAs: [3, 1]).axis == 1)
    #expect(share(sumAlong: 0, broadcastAs: [1, 3]).axis == 0)
    #expect(share(sumAlong: 0, broadcastAs: [3]).axis == 0)
    #expect(share(sumAlong: 1, broadcastAs: [3]).probability == nil)
    #expect(share(sumAlong: 1, broadcastAs: [1, 3]).probability == nil)
    #expect(share(sumAlong: 0, broadcastAs: [3, 1]).probability == nil)
  }

  @Test("Numbers that are sure to be from 0 to 1 get no softmax, whatever names there are, unless it is said")
  func shares() async throws {
    let ends: [(about: String, isShare: Bool, add: (inout MadeModel) -> Void)] = [
      ("a hard sigmoid", true, { $0.node("HardSigmoid", ["x"], ["y"]) }),
      (
        "a cut to 0…1", true,
        {
          $0.weight("zero", [], [0])
          $0.weight("one", [], [1])
          $0.node("Clip", ["x", "zero", "one"], ["y"])
        }
      ),
      (
        "half of tanh(x) + 1, of which the score is 2 x", false,
        {
          $0.weight("half", [], [0.5])
          $0.node("Tanh", ["x"], ["t"])
          $0.node("Mul", ["t", "half"], ["h"])
          $0.node("Add", ["h", "half"], ["y"])
        }
      ),
      (
        "the magnitude of tanh(x)", true,
        {
          $0.node("Tanh", ["x"], ["t"])
          $0.node("Abs", ["t"], ["y"])
        }
      ),
      ("a hyperbolic tangent", false, { $0.node("Tanh", ["x"], ["y"]) }),
    ]
    for end in ends {
      var made = MadeModel()
      made.input("x", [1, 3])
      end.add(&made)
      made.output("y")
      try await made.opened { model in
        func attribution(_ question: Question) async throws -> Attribution {
          try await Explainer(model, question).attribution(
            of: Tensor(shape: [1, 3], values: Self.scores), labels: Labels(["a", "b", "c"]))
        }
        var question = Question(.unit(2), modifier: .none)
        let unsaid = try await attribution(question)
        let hasProbability = unsaid.units[0][0].probability != nil
        #expect(hasProbability != end.isShare, "\(end.about)")
        guard end.isShare else { return }
        question.side = .probability
        let asked = question
        let error = await #expect(throws: SaliencyError.self) { _ = try await attribution(asked) }
        let message = error?.description ?? ""
        #expect(message.contains("its numbers are from 0 to 1 as they are"))
        question.addsSoftmax = true
        let said = try await attribution(question)
        #expect(said.provenance.isActivationAdded && said.units[0][0].probability != nil)
      }
    }
  }
}
