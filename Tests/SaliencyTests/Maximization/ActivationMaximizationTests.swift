import SaliencyCore
import SaliencyImage
import Testing

@testable import Saliency
import func SaliencyTestSupport.relativeError

@Suite("Activation maximization")
struct ActivationMaximizationTests {
  private static func model(_ name: String) throws -> Model {
    try Model(contentsOf: FixtureFolder.path + "/\(name).onnx")
  }

  /// A small convolutional classifier of images of 8×8.
  private static let image = "rules/plain"

  struct Optimum: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let settings: ActivationMaximization
    let optimum: [Float]
  }

  /// Of y = Σ w x with w = (1, −2, 0, ½).
  static let optima: [Optimum] = {
    func settings(
      _ optimizer: any Optimizer, _ regularizers: [Regularizer], bounds: ClosedRange<Float>? = nil
    ) -> ActivationMaximization {
      ActivationMaximization(
        steps: 800, optimizer: optimizer, parameterization: .pixels, regularizers: regularizers,
        transform: .none, blur: nil, bounds: bounds)
    }
    return [
      Optimum(
        testDescription: "With a penalty λ‖x‖² Adam finds w / 2λ",
        settings: settings(Adam(), [.norm(weight: 0.25)]), optimum: [2, -4, 0, 1]),
      Optimum(
        testDescription: "With a penalty λ‖x‖² plain gradients find w / 2λ",
        settings: settings(GradientDescent(learningRate: 0.1, isNormalized: false), [.norm(weight: 0.5)]),
        optimum: [1, -2, 0, 0.5]),
      Optimum(
        testDescription: "With a penalty λ Σ x⁴ it is the cube root of w / 4λ",
        settings: settings(Adam(learningRate: 0.02), [.norm(weight: 0.25, power: 4)]),
        optimum: [1, -1.259921, 0, 0.7937005]),
      Optimum(
        testDescription: "Two regularizers count together",
        settings: settings(
          Adam(), [.norm(weight: 0.2), Regularizer("square", weight: 0.05) { $0.squared() }]),
        optimum: [2, -4, 0, 1]),
      Optimum(
        testDescription: "Without one it is where the bounds are",
        settings: settings(Adam(), [], bounds: -3...2), optimum: [2, -3, .nan, 2]),
    ]
  }()

  @Test("The maximizer of a linear layer is the one of the formula", arguments: optima)
  func linear(_ row: Optimum) async throws {
    let result = try await row.settings.maximize(
      .units([0, 1, 2, 3]), in: Self.model("questions/weights-2"), inputShape: [1, 4])
    for (value, expected) in zip(result.input.values, row.optimum) where !expected.isNaN {
      #expect(abs(value - expected) < 5e-3, "\(result.input.values)")
    }
    let sum = zip([1, -2, 0, 0.5] as [Double], result.input.values).reduce(0) { $0 + $1.0 * Double($1.1) }
    #expect(abs(result.activation - sum) < 1e-4 && result.image == nil)
    #expect(result.units.map(\.index) == [0, 1, 2, 3])
    #expect(result.losses.count == 800 && result.losses.last! < result.losses[0])
  }

  struct Ascent: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let settings: ActivationMaximization

    init(_ description: String, _ settings: ActivationMaximization) {
      (testDescription, self.settings) = (description, settings)
    }
  }

  private static let small = RandomTransform(jitter: 1, scale: 0.95...1.05, rotation: 3)

  static let ascents: [Ascent] = [
    Ascent(
      "pixels, by Adam",
      ActivationMaximization(steps: 100, parameterization: .pixels, transform: .none, blur: nil)),
    Ascent("waves, by Adam", ActivationMaximization(steps: 100, transform: .none, blur: nil)),
    Ascent(
      "pixels, by RMSProp, moved and regularized",
      ActivationMaximization(
        steps: 100, optimizer: RMSProp(), parameterization: .pixels,
        regularizers: [.totalVariation(weight: 1e-4), .norm(weight: 1e-4, power: 6)], transform: small,
        blur: nil)),
    Ascent("waves, moved", ActivationMaximization(steps: 300, transform: small, blur: nil)),
    Ascent(
      "pixels, by normalized gradients, blurred",
      ActivationMaximization(
        steps: 100, optimizer: GradientDescent(learningRate: 0.02), parameterization: .pixels,
        transform: .none, blur: .init(every: 8, standardDeviation: 0.3))),
    Ascent(
      "from an image",
      ActivationMaximization(
        steps: 100, transform: .none, blur: nil,
        start: .image(Image(width: 20, height: 10, filledWith: Color(red: 200, green: 60, blue: 30))))),
  ]

  @Test("The activation rises above that of any of 300 random images", arguments: ascents)
  func rises(_ row: Ascent) async throws {
    let model = try Self.model(Self.image)
    let result = try await row.settings.maximize(.unit(2), in: model)
    let shape = result.input.shape
    let explainer = try await Explainer(model, inputShape: shape)
    let predictor = try await Predictor(model, inputShape: shape)
    var random = Saliency.SplitMix64(seed: 7)
    var best = -Double.infinity
    for _ in 0..<300 {
      let pixels = (0..<192).map { _ in UInt8(random.nextIndex(below: 256)) }
      let input = try explainer.preprocessing.tensor(
        ofVisiblePart: Image(width: 8, height: 8, pixels: pixels))
      let scores = try await predictor.predictions(for: input, count: predictor.unitCount)[0]
      best = max(best, Double(scores.first { $0.index == 2 }!.score))
    }
    #expect(result.activation > best, "\(result.activation), \(best)")
    #expect(result.activations.count == row.settings.steps && result.activations[0] < result.activation)
    // The activation is that of the input that is handed over, and the image is the input to 8 bits.
    let units = try await predictor.predictions(for: result.input, count: predictor.unitCount)[0]
    #expect(abs(Double(units.first { $0.index == 2 }!.score) - result.activation) < 1e-3)
    let again = try explainer.preprocessing.tensor(ofVisiblePart: try #require(result.image))
    #expect(relativeError(again.values, result.input.values) < 0.02)
  }

  @Test("The same seed gives the same bytes, and another one others", arguments: ascents.prefix(5))
  func seeds(_ row: Ascent) async throws {
    func values(seed: UInt64) async throws -> [Float] {
      var settings = row.settings
      (settings.steps, settings.seed) = (5, seed)
      return try await settings.maximize(.unit(0), in: Self.model(Self.image)).input.values
    }
    let first = try await values(seed: 3)
    #expect(try await values(seed: 3) == first)
    #expect(try await values(seed: 4) != first)
  }

  @Test("Steps are told one by one with their terms, and end when that is wished")
  func progress() async throws {
    var settings = ActivationMaximization(steps: 10, regularizers: [.norm(weight: 0.5)])
    settings.transform = Self.small
    var steps: [MaximizationStep] = []
    let result = try await settings.maximize(.unit(1), in: Self.model(Self.image)) { step in
      steps.append(step)
      return step.index < 3
    }
    #expect(steps.map(\.index) == [0, 1, 2, 3] && steps.allSatisfy { $0.count == 10 && $0.octave == 0 })
    #expect(result.losses == steps.map(\.loss) && result.activations == steps.map(\.activation))
    for step in steps {
      #expect(step.terms.map(\.name) == ["L2 norm"] && step.image?.width == 8)
      #expect(step.loss == Double(step.terms[0].weight) * step.terms[0].value - step.activation)
    }
    #expect(result.image == steps[3].image)
  }

  @Test("Octaves grow from the network's size and keep the image that they began with")
  func octaves() async throws {
    let seed = Image(width: 30, height: 30, filledWith: Color(red: 250, green: 10, blue: 10))
    var settings = ActivationMaximization.deepDream(on: seed)
    (settings.steps, settings.octaves) = (3, .init(count: 3, scale: 1.5))
    settings.transform = RandomTransform(jitter: 2, scale: 1...1, rotation: 0)
    var widths: [Int] = []
    let result = try await settings.maximize(.unit(1), in: Self.model(Self.image)) {
      widths.append($0.image!.width)
      return true
    }
    #expect(widths == [8, 8, 8, 12, 12, 12, 18, 18, 18])
    let image = try #require(result.image)
    #expect(image.width == 18 && result.input.shape == [1, 3, 18, 18])
    let reds = stride(from: 0, to: image.pixels.count, by: 3).map { Int(image.pixels[$0]) }
    #expect(reds.reduce(0, +) / reds.count > 200)
  }

  @Test("A tensor to start from is where no steps end", arguments: [Parameterization.pixels, .fourier()])
  func seedTensor(_ parameterization: Parameterization) async throws {
    let model = try Self.model(Self.image)
    let image = Image(width: 8, height: 8, pixels: (0..<192).map { UInt8($0 + 20) })
    let input = try await Explainer(model).preprocessing.tensor(ofVisiblePart: image)
    let settings = ActivationMaximization(steps: 0, parameterization: parameterization, start: .tensor(input))
    let result = try await settings.maximize(.unit(1), in: model)
    #expect(relativeError(result.input.values, input.values) < 1e-5 && result.image == image)
    #expect(result.losses.isEmpty)
  }

  @Test("Losses over layers are maximized as well, and fall where their weight is negative")
  func losses() async throws {
    let model = try Self.model(Self.image)
    let settings = ActivationMaximization(steps: 60, transform: .none)
    let up = try await settings.maximize([(.activationMaximization(filters: [0]), weight: 1)], in: model)
    let down = try await settings.maximize([(.activationMaximization(filters: [0]), weight: -1)], in: model)
    #expect(up.activation > up.activations[0] && -down.activation < up.activations[0])
    #expect(up.units.isEmpty && up.layer == "output:0")
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let settings: ActivationMaximization
    let model: String
    let shape: Shape?
    let words: [String]

    init(
      _ description: String, _ settings: ActivationMaximization, _ model: String, _ shape: Shape?,
      _ words: [String]
    ) {
      (testDescription, self.settings, self.model) = (description, settings, model)
      (self.shape, self.words) = (shape, words)
    }
  }

  private static let line = "questions/weights-2"

  static let refusals: [Refusal] = [
    Refusal(
      "waves of what is no image", ActivationMaximization(transform: .none, blur: nil), line, [1, 4],
      ["1×4", "Fourier"]),
    Refusal(
      "turns of what is no image", ActivationMaximization(parameterization: .pixels), line, [1, 4],
      ["1×4", "random transform", "plain"]),
    Refusal(
      "an image as a start of what is no image",
      ActivationMaximization(
        parameterization: .pixels, transform: .none, blur: nil,
        start: .image(Image(width: 1, height: 1, filledWith: Color(gray: 0)))), line, [1, 4],
      ["1×4", "image"]),
    Refusal(
      "a seed of another shape", ActivationMaximization(start: .tensor(Tensor(shape: [2], values: [0, 0]))),
      image,
      nil, ["2 is given", "1×3×8×8"]),
    Refusal(
      "a seed that is not finite",
      ActivationMaximization(
        parameterization: .pixels, transform: .none, blur: nil,
        start: .tensor(Tensor(shape: [1, 4], values: [0, .nan, 0, 0]))), line, [1, 4], ["nan", "finite"]),
    Refusal(
      "a blur of what is no image", ActivationMaximization(parameterization: .pixels, transform: .none),
      line,
      [1, 4], ["1×4", "blur"]),
    Refusal("fewer than no steps", ActivationMaximization(steps: -1), image, nil, ["-1", "0 or more"]),
    Refusal(
      "octaves without end", ActivationMaximization(octaves: .init(count: 40, scale: 4)), image, nil,
      ["too many", "fewer octaves"]),
    Refusal(
      "a weight that is not finite", ActivationMaximization(regularizers: [.norm(weight: .infinity)]),
      image, nil,
      ["L2 norm", "finite"]),
    Refusal(
      "total variation of a line",
      ActivationMaximization(
        parameterization: .pixels, regularizers: [.totalVariation(weight: 1)], transform: .none, blur: nil),
      line,
      [1, 4],
      ["1×4", "two axes"]),
  ]

  @Test("What cannot be done is refused, with the model's name", arguments: refusals)
  func refused(_ row: Refusal) async throws {
    let error = await #expect(throws: SaliencyError.self) {
      _ = try await row.settings.maximize(.unit(0), in: Self.model(row.model), inputShape: row.shape)
    }
    let text = try #require(error).description
    for word in row.words + [row.model] { #expect(text.contains(word), "\(text)") }
  }
}
