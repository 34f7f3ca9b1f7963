import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// Metrics and checks of attributions for the rows of an embedding.
@Suite("Explanations of tokens are evaluated and checked")
struct TokenEvaluationTests {
  private static let input = Tensor(shape: [1, 4], values: [1, 2, 3, 4])

  /// The sum of what a function gives for two numbers of each token; those of token 0 are zeros.
  private static func model(_ function: String = "Identity") throws -> Model {
    var made = MadeModel()
    made.input("ids", [nil, nil], .int64)
    made.weight("table", [5, 2], [0, 0, 1, 0, 3, 0.5, -2, 0, 0.5, -1])
    made.weight("w", [2, 1], [1, 2])
    made.integers("axes", [1], [1])
    made.node("Gather", ["table", "ids"], ["rows"])
    made.node(function, ["rows"], ["h"])
    made.node("MatMul", ["h", "w"], ["m"])
    made.node("ReduceSum", ["m", "axes"], ["y"], ["keepdims": .integer(0)])
    made.output("y")
    return try Model(bytes: made.file)
  }

  private static func values(_ method: String, _ metrics: [any ExplanationMetric]) async throws -> [Double?] {
    let evaluator = try await Evaluator(
      model(), method: Method(parsing: method), inputShape: input.shape)
    return try await evaluator.evaluation(of: input, target: .unit(0), metrics: metrics).values.map {
      $0?.value
    }
  }

  @Test(
    "What rows of a linear network contribute is told exactly",
    arguments: ["integrated-gradients:steps=2", "input-x-gradient", "occlusion"])
  func contributions(_ method: String) async throws {
    let found = try await Self.values(
      method, [SensitivityN(sizes: 2, subsets: 10), Infidelity(samples: 10, isScaled: false), Sparseness()])
    #expect(abs(found[0]! - 1) < 1e-6 && found[1]! < 1e-9 && found[2]! > 0, "\(found)")
  }

  @Test("Derivatives of rows are no shares, and have other metrics")
  func derivatives() async throws {
    let found = try await Self.values(
      "gradient",
      [SensitivityN(), Infidelity(), Sparseness(), Deletion(steps: 4), ModelRandomization(steps: 1)])
    #expect(found[0] == nil && found[1] == nil && found[2] != nil && found[3] != nil && found[4] != nil)
  }

  @Test(
    "Metrics that would make numbers between tokens are refused",
    arguments: [MaxSensitivity(), Insertion(), Deletion(baseline: .constant(0.5))] as [any ExplanationMetric])
  func between(_ metric: any ExplanationMetric) async throws {
    do {
      _ = try await Self.values("gradient", [metric])
      Issue.record("it was evaluated")
    } catch {
      #expect(
        "\(error)".contains("metric '\(metric.name)'") && "\(error)".contains("between which is nothing"))
    }
  }

  @Test("A baseline beyond the vocabulary is refused")
  func beyond() async throws {
    await #expect(throws: SaliencyError.self) {
      try await Self.values("gradient", [Deletion(baseline: .constant(5))])
    }
  }

  @Test(
    "Sums and slopes of rows are checked",
    arguments: [
      ("integrated-gradients:steps=200", AttributionCheck.Kind.completeness), ("gradient", .slope),
      ("deeplift", .completeness),
    ], [1, 2])
  func checks(_ asked: (method: String, kind: AttributionCheck.Kind), _ itemCount: Int) async throws {
    let model = try Self.model("Tanh")
    let question = Question(.unit(0), method: try Method(parsing: asked.method))
    let input = Tensor(
      shape: [itemCount, 4], values: Array(([1, 2, 3, 4] + [4, 4, 1, 0]).prefix(4 * itemCount)))
    let attribution = try await Explainer(model, question, inputShape: input.shape).attribution(of: input)
    let checks = try await AttributionChecker(model, question, inputShape: input.shape).checks(
      of: attribution)
    #expect(checks.count == itemCount)
    for check in checks { #expect(check.kind == asked.kind && check.verdict == .holds, "\(check.text)") }
  }

  @Test("The slope along a layer in the middle is checked, and a sum to it is not")
  func layers() async throws {
    let model = try Model(bytes: ArrangedNetwork.images[0].file)
    let input = Tensor(shape: [1, 2, 5, 4], values: ArrangedNetwork.numbers(40, seed: 9))
    for (method, kind) in [("gradient", AttributionCheck.Kind.slope), ("integrated-gradients", .none)] {
      var question = Question(.unit(0), method: try Method(parsing: method))
      question.withRespectTo = .name("m")
      let attribution = try await Explainer(model, question, inputShape: input.shape).attribution(of: input)
      let check = try await AttributionChecker(model, question, inputShape: input.shape)
        .checks(of: attribution)[0]
      #expect(check.kind == kind && [.holds, .unchecked].contains(check.verdict), "\(check.text)")
    }
  }
}
