import LibC
import SaliencyCore
import Testing

@testable import Saliency

/// Metrics on networks that can be worked out by hand. The network 'weights-2' is y = w · x with w = (1, −2, 0, ½), element by element.
@Suite("Explanations are checked")
struct EvaluationTests {
  private static let input = Tensor(shape: [1, 4], values: [1, 2, 3, 4])

  /// Gives the same numbers whatever is asked.
  private struct Constant: SamplingMethod {
    let name = "constant"
    let sampled: (any GraphMethod)? = nil
    let values: [Float]

    func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
      Tensor(shape: input.shape, values: values)
    }
  }

  private static func evaluator(_ method: Saliency.Method) async throws -> Evaluator {
    let model = try Model(contentsOf: FixtureFolder.path + "/questions/weights-2.onnx")
    return try await Evaluator(model, method: method, inputShape: input.shape)
  }

  private static func values(
    _ method: Saliency.Method, _ metrics: [any ExplanationMetric], mask: [Bool]? = nil
  ) async throws -> [MetricValue?] {
    try await evaluator(method).evaluation(
      of: input, mask: mask, target: .units([0, 1, 2, 3]), metrics: metrics
    ).values
  }

  static let sparsenesses: [([Float], gini: Double, entropy: Double)] = [
    ([1, 1, 1, 1], 0, log(4)), ([0, 0, -5, 0], 0.75, 0), ([0, 2, 0, -2], 0.5, log(2)),
    ([0, 0, 0, 0], 0, log(4)),
  ]

  @Test("Sparseness and complexity tell one feature from many", arguments: sparsenesses)
  func sparseness(values: [Float], gini: Double, entropy: Double) async throws {
    let found = try await Self.values(Method(Constant(values: values)), [Sparseness(), Complexity()])
    #expect(abs(found[0]!.value - gini) < 1e-9 && abs(found[1]!.value - entropy) < 1e-9, "\(found)")
  }

  @Test("Metrics with masks say where the attribution lies, and nothing without a mask")
  func masks() async throws {
    let metrics: [any ExplanationMetric] = [PointingGame(), MassInsideMask()]
    let method = Method(Constant(values: [3, 1, -4, 0]))
    let inside = try await Self.values(method, metrics, mask: [true, false, false, false])
    #expect(inside.map { $0!.value } == [1, 3.0 / 8])
    let outside = try await Self.values(method, metrics, mask: [false, true, false, true])
    #expect(outside.map { $0!.value } == [0, 1.0 / 8])
    #expect(try await Self.values(method, metrics).allSatisfy { $0 == nil })
  }

  @Test("Contributions of a linear network are told exactly, and so are its gradients")
  func linear() async throws {
    for method in [
      Saliency.Method.gradient, Method(InputTimesGradient()), Method(KernelSHAP(superpixels: .places)),
    ] {
      let metrics: [any ExplanationMetric] = [
        SensitivityN(), Infidelity(isScaled: false), MaxSensitivity(samples: 3, radius: 0),
      ]
      let values = try await Self.values(method, metrics).map { $0!.value }
      #expect(abs(values[0] - 1) < 1e-6 && values[1] < 1e-9 && values[2] == 0, "\(method.name): \(values)")
    }
    let wrong = Method(Constant(values: [-1, 4, 0, -2]))
    let values = try await Self.values(wrong, [SensitivityN(), Infidelity(isScaled: false)]).map { $0!.value }
    #expect(values[0] < -0.99 && values[1] > 1, "\(values)")
  }

  @Test("Curves start and end with the input and the baseline")
  func curves() async throws {
    let evaluator = try await Self.evaluator(Method(InputTimesGradient()))
    let evaluation = try await evaluator.evaluation(
      of: Self.input, target: .unit(3),
      metrics: [Deletion(steps: 100), Insertion(steps: 4, baseline: .zeros)])
    let (deletion, insertion) = (evaluation.values[0]!, evaluation.values[1]!)
    #expect(deletion.curve.map(\.share) == [0, 0.25, 0.5, 0.75, 1])
    let scores: [Double] = [1, -4, 0, 2]
    let probability = exp(2) / scores.reduce(0) { $0 + exp($1) }
    #expect(abs(deletion.curve[0].value - probability) < 1e-6 && abs(deletion.curve[4].value - 0.25) < 1e-6)
    #expect(abs(insertion.curve[0].value - 0.25) < 1e-6 && abs(insertion.curve[4].value - probability) < 1e-6)
    let area = (0..<4).reduce(0.0) { $0 + (deletion.curve[$1].value + deletion.curve[$1 + 1].value) / 8 }
    #expect(abs(deletion.value - area) < 1e-9)
  }

  @Test("Ranks of equal numbers are shared, and correlations are right")
  func correlations() {
    #expect(Correlation.ranks([3, 1, 3, 2]) == [2.5, 0, 2.5, 1])
    #expect(Correlation.spearman([1, 2, 3, 4], [1, 4, 9, 16]) == 1)
    #expect(Correlation.spearman([1, 2, 3], [3, 2, 1]) == -1)
    #expect(Correlation.spearman([1, 1, 1], [3, 2, 1]) == 0)
    #expect(abs(Correlation.pearson([1, 2, 3], [1, 2, 4]) - 0.981_980_5) < 1e-6)
  }

  private static func network(_ name: String) throws -> (Model, Tensor) {
    let path = FixtureFolder.path + "/rules/\(name)"
    let inputs = try Tensor(contentsOf: path + ".input.npy")
    let shape = [1] + inputs.shape.dropFirst()
    return (
      try Model(contentsOf: path + ".onnx"),
      Tensor(shape: shape, values: Array(inputs.values.prefix(shape.reduce(1, *))))
    )
  }

  @Test("Random weights change the network from its end back, the same for the same seed")
  func randomWeights() async throws {
    let (model, input) = try Self.network("plain")
    let weights = try model.network(inputShape: input.shape).weights
    #expect(weights.map(\.count) == [2, 2, 2])
    func constants(_ share: Double, seed: UInt64 = 0) throws -> [[Float]] {
      let nodes = try model.randomized(share: share, seed: seed).network(inputShape: input.shape).graph.nodes
      return weights.map { ((nodes[$0[0]].operation as? SaliencyCore.Constant)?.tensor.values) ?? [] }
    }
    let (none, last, all) = (try constants(0), try constants(1.0 / 3), try constants(1))
    #expect(none.allSatisfy { !$0.isEmpty })
    #expect(last[0] == none[0] && last[1] == none[1] && last[2] != none[2])
    #expect(all[0] != none[0] && all[1] != none[1] && all[2] == last[2])
    #expect(try constants(1) == all && constants(1, seed: 1) != all)
    func standardDeviation(_ values: [Float]) -> Double {
      let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
      return (values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(values.count))
        .squareRoot()
    }
    for (before, after) in zip(none, all) {
      #expect(abs(standardDeviation(after) / standardDeviation(before) - 1) < 0.3)
    }
  }

  @Test("A method that looks at the input alone passes no sanity check, one that looks at the network does")
  func sanity() async throws {
    let (model, input) = try Self.network("plain")
    func value(_ method: Saliency.Method) async throws -> MetricValue {
      try await Evaluator(model, method: method, inputShape: input.shape)
        .evaluation(of: input, target: .unit(2), metrics: [ModelRandomization(steps: 3)]).values[0]!
    }
    let blind = try await value(Method(Constant(values: input.values)))
    #expect(blind.value == 1 && blind.curve.map(\.value) == [1, 1, 1, 1])
    let gradient = try await value(.gradient)
    #expect(gradient.value < 0.6 && gradient.curve.map(\.share) == [0, 1.0 / 3, 2.0 / 3, 1], "\(gradient)")
    #expect(try await value(.gradient) == gradient)
  }

  @Test("A guess fills in what lies evenly between its neighbors")
  func imputation() {
    // A slope is its own weighted mean, but for the sides, which are left.
    let (width, height) = (9, 7)
    let slope = (0..<width * height).map { Double($0 % width) * 0.5 - Double($0 / width) }
    let isRemoved = (0..<width * height).map { place in
      let (x, y) = (place % width, place / width)
      return 1..<width - 1 ~= x && 1..<height - 1 ~= y && (x + y) % 3 != 0
    }
    var numbers = slope
    for place in numbers.indices where isRemoved[place] { numbers[place] = 1e6 }
    let guesses = NoisyLinearImputation(isRemoved, width: width).guesses(for: numbers)
    for (guess, number) in zip(guesses, slope) { #expect(abs(guess - number) < 1e-6) }
  }

  @Test("The same seed gives the same numbers, another one gives others")
  func seeds() async throws {
    let (model, input) = try Self.network("plain")
    let evaluator = try await Evaluator(model, method: .gradient, inputShape: input.shape)
    func values(_ seed: UInt64) async throws -> [MetricValue?] {
      try await evaluator.evaluation(
        of: input,
        metrics: [
          SensitivityN(sizes: 2, subsets: 4, seed: seed), Infidelity(samples: 5, seed: seed),
          MaxSensitivity(samples: 2, seed: seed), RemoveAndDebias(seed: seed),
        ]
      ).values
    }
    let first = try await values(1)
    #expect(try await values(1) == first)
    for (one, other) in zip(first, try await values(2)) { #expect(one != other) }
  }

  @Test("Means are over the inputs that have a number")
  func table() throws {
    let curve = [MetricValue.Point(share: 0, value: 1), .init(share: 1, value: 3)]
    let table = EvaluationTable(
      methods: ["a"], metrics: [Deletion(), PointingGame()],
      evaluations: [[[MetricValue(2, curve: curve), nil], [MetricValue(4, curve: curve), MetricValue(1)]]])
    #expect(table.means == [[MetricValue(3, curve: curve), MetricValue(1)]])
    let figure = try table.figure()
    #expect(
      figure.rows.joined().map(\.title) == ["deletion (lower is better)", "pointing-game (higher is better)"])
    _ = try figure.rendered()
  }

  static let refusals: [(String, [String])] = [
    ("deletoin", ["'deletoin'", "'deletion'"]),
    ("deletion:steps=0", ["metric 'deletion'", "'steps'", "from 1"]),
    ("road:order=first", ["'order'", "most, least"]), ("infidelity:scaled=maybe", ["yes or no"]),
    ("complexity:seed=1", ["'complexity'", "none"]),
  ]

  @Test("A metric that cannot be is refused with what there is", arguments: refusals)
  func refused(text: String, words: [String]) {
    let error = #expect(throws: SaliencyError.self) { try MetricEntry.metric(parsing: text) }
    for word in words { #expect(error?.description.contains(word) == true, "\(error?.description ?? "")") }
  }

  @Test("Every metric of the catalog is made by its name, and bears it")
  func catalog() throws {
    for entry in MetricEntry.catalog {
      #expect(try MetricEntry.metric(parsing: entry.name).name == entry.name)
      #expect(!entry.summary.isEmpty)
    }
  }

  @Test("Masks that do not fit, and inputs that metrics are not for, are refused")
  func errors() async throws {
    let evaluator = try await Self.evaluator(.gradient)
    func error(_ mask: [Bool]?, _ metrics: [any ExplanationMetric]) async -> String {
      await #expect(throws: SaliencyError.self) {
        _ = try await evaluator.evaluation(of: Self.input, mask: mask, metrics: metrics)
      }?.description ?? ""
    }
    #expect(await error([true], []).contains("1 places, but the input 4"))
    #expect(await error([false, false, false, false], []).contains("nothing inside"))
    #expect(await error(nil, [RemoveAndDebias()]).contains("for images"))
  }
}
