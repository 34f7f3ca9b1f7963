import SaliencyCore
import Testing

@testable import Saliency
import func SaliencyTestSupport.relativeError

/// Methods that run a network on many inputs. The network 'weights-2' is y = w · x with w = (1, −2, 0, ½), element by element.
@Suite("Methods of many samples")
struct SamplingTests {
  private static let input = Tensor(shape: [1, 4], values: [1, 2, 3, 4])

  private static func question(_ name: String) throws -> Model {
    try Model(contentsOf: FixtureFolder.path + "/questions/\(name).onnx")
  }

  private static func attribution(
    _ method: Saliency.Method, _ modifier: GradientModifier = .none, of input: Tensor = input
  ) async throws -> [Float] {
    let explainer = try await Explainer(
      question("weights-2"), method: method, modifier: modifier, inputShape: input.shape)
    return try await explainer.attribution(of: input, target: .units([0, 1, 2, 3])).values.values
  }

  @Test(
    "Integrated gradients of a linear network are exact by every quadrature",
    arguments: IntegratedGradients.Quadrature.allCases, [1, 2, 7])
  func linear(quadrature: IntegratedGradients.Quadrature, steps: Int) async throws {
    for (baseline, expected) in [
      (Baseline.zeros, [1, -4, 0, 2] as [Float]), (.constant(1), [0, -2, 0, 1.5]),
      (.mean, [-1.5, 1, 0, 0.75]), (.tensor(Tensor(shape: [1, 4], values: [1, 0, 0, 4])), [0, -4, 0, 0]),
    ] {
      let method = Method(IntegratedGradients(steps: steps, baseline: baseline, quadrature: quadrature))
      let values = try await Self.attribution(method)
      #expect(relativeError(values, expected) < 1e-6, "\(values)")
    }
  }

  /// Gives the score of its one sample at every element.
  private struct Echo: SamplingMethod {
    let name = "echo"
    let sampled: (any GraphMethod)? = nil

    func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
      var result = input
      try await network.run(count: 1, input: { _ in input }) { sample in
        result = Tensor(
          shape: input.shape, values: Array(repeating: sample.score, count: input.shape.elementCount))
      }
      return result
    }
  }

  @Test(
    "The score of a sample is the number that is explained, be it the probability",
    arguments: OutputSide.allCases)
  func explainedNumber(side: OutputSide) async throws {
    let input = Tensor(shape: [1, 2], values: [0.25, 0.5])
    let explainer = try await Explainer(
      Self.question("softmax"), method: Method(Echo()), modifier: .none, side: side, inputShape: input.shape)
    let attribution = try await explainer.attribution(of: input, target: .unit(1))
    let unit = attribution.units[0][0]
    let number = try #require(side == .score ? unit.score : unit.probability)
    #expect(attribution.values.values.allSatisfy { abs($0 - number) < 1e-6 })
  }

  @Test("The points of a quadrature lie on the path and weigh 1 together", arguments: [1, 2, 3, 16, 51])
  func points(count: Int) {
    for quadrature in IntegratedGradients.Quadrature.allCases {
      let points = quadrature.points(count)
      #expect(points.count == count)
      #expect(points.allSatisfy { 0...1 ~= $0.position && $0.weight > 0 })
      #expect(abs(points.reduce(0) { $0 + $1.weight } - 1) < 1e-12)
    }
    // x^(2n−1) from 0 to 1
    let degree = 2 * count - 1
    let integral = IntegratedGradients.Quadrature.gaussLegendre.points(count).reduce(0.0) { sum, point in
      sum + point.weight * (0..<degree).reduce(1.0) { power, _ in power * point.position }
    }
    #expect(abs(integral * Double(degree + 1) - 1) < 1e-10)
  }

  @Test("Integrated gradients sum up to the difference of the scores")
  func completeness() async throws {
    let folder = FixtureFolder.path + "/architectures/"
    let model = try Model(contentsOf: folder + "efficientnet-b0.onnx")
    let input = try Tensor(contentsOf: folder + "efficientnet-b0.input.npy")
    let method = Method(IntegratedGradients(steps: 64))
    let explainer = try await Explainer(model, method: method, inputShape: input.shape)
    let attribution = try await explainer.attribution(of: input, target: .unit(3))
    let predictor = try await Predictor(model, inputShape: input.shape)
    func score(_ input: Tensor) async throws -> Float {
      try await predictor.predictions(for: input, count: .max)[0].first { $0.index == 3 }!.score
    }
    let zeros = Tensor(shape: input.shape, values: input.values.map { _ in 0 })
    let difference = try await score(input) - score(zeros)
    let sum = attribution.values.values.reduce(0) { $0 + Double($1) }
    #expect(abs(sum - Double(difference)) <= 1e-2 * Double(abs(difference)))
  }

  @Test("Without noise SmoothGrad is the gradient, and the gradient's magnitude where no modifier is given")
  func noNoise() async throws {
    let method = Method(SmoothGrad(samples: 3, noise: 0))
    #expect(try await Self.attribution(method) == [1, -2, 0, 0.5])
    #expect(try await Self.attribution(method, .default) == [1, 2, 0, 0.5])
  }

  @Test("VarGrad of a linear network is 0, and the mean of squares is the square of its gradient")
  func statistics() async throws {
    #expect(try await Self.attribution(Method(SmoothGrad(.variance, samples: 9))).allSatisfy { $0 < 1e-9 })
    let squares = try await Self.attribution(Method(SmoothGrad(.squares, samples: 9)))
    #expect(relativeError(squares, [1, 4, 0, 0.25]) < 1e-6)
  }

  @Test("Expected gradients of a linear network are the way from the mean baseline times its weights")
  func expectedGradients() async throws {
    let method = ExpectedGradients(samples: 4_000, baselines: [.zeros, .constant(1)], seed: 7)
    let values = try await Self.attribution(Method(method))
    #expect(relativeError(values, [0.5, -3, 0, 1.75]) < 0.02, "\(values)")
    #expect(try await Self.attribution(Method(method)) == values)
  }

  @Test("Covering one feature after the other costs what a linear network gives it")
  func occlusion() async throws {
    let values = try await Self.attribution(Method(Occlusion(window: 1, stride: 1)))
    #expect(relativeError(values, [1, -4, 0, 2]) < 1e-6)
    let pairs = try await Self.attribution(Method(Occlusion(window: 3, stride: 2)))
    // The windows cover the features 0 to 2, and 2 and 3.
    #expect(relativeError(pairs, [-3, -3, -0.5, 2]) < 1e-6, "\(pairs)")
  }

  @Test(
    "Maps of one channel take modifiers too", arguments: ["occlusion:window=32:stride=32", "rise:masks=8"])
  func modifiedMaps(method: String) async throws {
    let folder = FixtureFolder.path + "/architectures/resnet-basic"
    let (model, input) = (
      try Model(contentsOf: folder + ".onnx"), try Tensor(contentsOf: folder + ".input.npy")
    )
    func map(_ modifier: GradientModifier) async throws -> Tensor {
      let explainer = try await Explainer(
        model, method: Method(parsing: method), modifier: modifier, inputShape: input.shape)
      return try await explainer.attribution(of: input, target: .unit(1)).values
    }
    let (plain, magnitudes) = (try await map(.none), try await map(.absolute))
    #expect(plain.shape == [1, 1, 64, 64] && magnitudes.shape == plain.shape)
    #expect(plain.values.contains { $0 < 0 } && magnitudes.values == plain.values.map(abs))
  }

  @Test("RISE finds the only pixel that counts, and is the same for the same seed")
  func rise() async throws {
    let shape: Shape = [1, 3, 64, 64]
    var pixels = [Float](repeating: 0, count: shape.elementCount)
    pixels[40 * 64 + 16] = 1
    let input = Tensor(shape: shape, values: pixels)
    let model = try Model(contentsOf: FixtureFolder.path + "/architectures/resnet-basic.onnx")
    let loss = Loss("pixel") { $0.input[axis: 2, 40..<41][axis: 3, 16..<17] }
    func map() async throws -> [Float] {
      let method = Method(RISE(masks: 400))
      let explainer = try await Explainer(model, losses: [(loss, 1)], method: method, inputShape: shape)
      return try await explainer.attribution(of: input).values.values
    }
    let first = try await map()
    #expect(first.count == 64 * 64)
    let brightest = first.indices.max { first[$0] < first[$1] }!
    #expect(abs(brightest / 64 - 40) <= 5 && abs(brightest % 64 - 16) <= 5)
    #expect(try await map() == first)
  }

  @Test("The same seed gives the same bytes, another one others, and each item of a batch is by itself")
  func seeds() async throws {
    let folder = FixtureFolder.path + "/architectures/"
    let model = try Model(contentsOf: folder + "resnet-basic.onnx")
    let input = try Tensor(contentsOf: folder + "resnet-basic.input.npy")
    func run(_ seed: UInt64, _ input: Tensor) async throws -> Tensor {
      let explainer = try await Explainer(
        model, method: Method(SmoothGrad(samples: 5, seed: seed)), inputShape: input.shape)
      return try await explainer.attribution(of: input, target: .unit(2)).values
    }
    let first = try await run(1, input)
    #expect(try await run(1, input).values == first.values)
    #expect(try await run(2, input).values != first.values)
    let double = Tensor(
      shape: [2] + input.shape.dropFirst(), values: input.values.map { 2 * $0 } + input.values)
    let both = try await run(1, double)
    #expect(both.shape == double.shape)
    #expect(Array(both.values.suffix(input.values.count)) == first.values)
  }

  @Test("Random numbers are normally distributed and the same on every machine")
  func noise() {
    var noise = GaussianNoise(seed: 42)
    let numbers = (0..<100_000).map { _ in Double(noise.next()) }
    let mean = numbers.reduce(0, +) / 1e5
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1e5
    #expect(abs(mean) < 0.01 && abs(variance - 1) < 0.02)
    #expect(abs(numbers.count { abs($0) < 1 } - 68_269) < 500)
    // The first outputs of the reference implementation of SplitMix64 for the seed 1234567.
    var bits = SplitMix64(seed: 1_234_567)
    #expect(bits.next() == 6_457_827_717_110_365_317 && bits.next() == 3_203_168_211_198_807_973)
  }

  @Test(
    "A modifier of one's own is applied whatever it is called", arguments: ["none", "default", "doubled"])
  func modifierNames(name: String) async throws {
    let doubled = GradientModifier(name) { 2 * $0 }
    #expect(try await Self.attribution(Method(SmoothGrad(samples: 2, noise: 0)), doubled) == [2, -4, 0, 1])
    #expect(try await Self.attribution(.gradient, doubled) == [2, -4, 0, 1])
  }

  @Test("Input × gradient is what it says, and is signed")
  func inputTimesGradient() async throws {
    #expect(try await Self.attribution(Method(InputTimesGradient()), .default) == [1, -4, 0, 2])
  }

  @Test("What makes no sense is an error that says what would")
  func errors() async throws {
    let model = try Self.question("weights-2")
    let method = Method(BlurIntegratedGradients())
    let layers = try model.network(inputShape: [1, 4]).layers
    await #expect(throws: SaliencyError.self) {
      _ = try await Explainer(
        model, method: method, withRespectTo: .name(layers[0].name), inputShape: [1, 4])
    }
    let wrong = Method(IntegratedGradients(baseline: .tensor(Tensor(shape: [1, 3], values: [1, 2, 3]))))
    let explainer = try await Explainer(model, method: wrong, inputShape: [1, 4])
    let error = await #expect(throws: SaliencyError.self) {
      _ = try await explainer.attribution(of: Self.input)
    }
    #expect(error?.description.contains("1×3") == true && error?.description.contains("1×4") == true)
  }

  static let specifications: [(String, [String])] = [
    ("gradent", ["'gradent'", "'gradient'"]), ("", ["no method ''"]),
    ("gradient:steps=3", ["'gradient'", "'steps'", "none"]),
    ("ig:stps=3", ["'stps'", "steps, baseline, quadrature"]), ("ig:steps", ["'steps'", "OPTION=VALUE"]),
    ("ig:steps=0", ["'steps'", "from 1", "'0'"]), ("ig:steps=many", ["'many'"]),
    ("ig:baseline=black", ["'baseline'", "zeros, mean"]),
    ("ig:quadrature=simpson", ["'simpson'", "trapezoid"]), ("smoothgrad:noise=-1", ["'noise'", "'-1'"]),
    ("lrp:composite=gamma", ["'composite'", "epsilon-plus", "'gamma'"]),
    ("lrp:low=-1/black", ["'low'", "'-1/black'"]), ("lrp:biases=no", ["'biases'", "keep or ignore"]),
    ("deep-shap:baselines=", ["'baselines'", "0/0.5/1"]), ("deeplift:rule=all", ["reveal-cancel", "'all'"]),
  ]

  @Test("A method that cannot be is refused with what there is", arguments: specifications)
  func refused(text: String, words: [String]) {
    let error = #expect(throws: SaliencyError.self) { try Method(parsing: text) }
    for word in words { #expect(error?.description.contains(word) == true, "\(error?.description ?? "")") }
  }

  @Test("Every method of the catalog is made by its name and its other names, and bears its name")
  func catalog() throws {
    for entry in Saliency.Method.catalog {
      for name in [entry.name] + entry.aliases {
        #expect(try Saliency.Method(parsing: name).name == entry.name)
      }
      #expect(!entry.summary.isEmpty)
    }
  }
}
