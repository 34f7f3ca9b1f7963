import SaliencyCore
import Testing

@testable import Saliency
import func SaliencyTestSupport.relativeError

/// The properties by which methods are told apart (Sundararajan et al., "Axiomatic Attribution for Deep Networks", 2017), each with the methods that have it.
@Suite("Methods have the properties that are known of them")
struct AxiomTests {
  /// Methods that are a matter of the function that the network is, and not of the way it is written down, or hand on by rules that do not mind
  /// batch normalization.
  static let invariant = [
    "gradient", "input-x-gradient", "integrated-gradients:steps=20", "blur-ig:steps=10", "guided-ig:steps=10",
    "expected-gradients:samples=10", "smoothgrad:samples=10", "vargrad:samples=10", "deeplift", "deep-shap",
    "lrp", "lrp:composite=epsilon-plus", "grad-cam:layer=LAYER", "layer-cam:layer=LAYER",
    "eigen-cam:layer=LAYER", "score-cam:layer=LAYER", "ablation-cam:layer=LAYER",
    "neuron-conductance:layer=LAYER:unit=3:steps=10", "layer-conductance:steps=10",
    "internal-influence:steps=10", "occlusion:window=3:stride=2", "rise:masks=50",
    "lime:samples=60:count=9:regions=grid", "kernel-shap:samples=60:count=9:regions=grid",
    "shapley-sampling:orders=4:count=9:regions=grid",
  ]

  @Test(
    "A network and its twin with folded batch normalization have the same attributions",
    arguments: [("plain", "/act2/Relu"), ("residual", "/act2/Mul")], invariant)
  func implementationInvariance(network: (name: String, layer: String), method: String) async throws {
    let path = FixtureFolder.path + "/rules/" + network.name
    let input = try Tensor(contentsOf: path + ".input.npy")
    func attribution(_ file: String) async throws -> [Float] {
      let method = try Method(parsing: method.replacing("LAYER", with: network.layer))
      let explainer = try await Explainer(
        Model(contentsOf: path + file), method: method, modifier: .none, inputShape: input.shape)
      return try await explainer.attribution(of: input, target: .unit(2)).values.values
    }
    let values = try await attribution(".onnx")
    #expect(values.contains { $0 != 0 })
    let error = relativeError(try await attribution(".folded.onnx"), values)
    // DeepLIFT divides by differences down to 1e-6, which single precision leaves few digits of.
    #expect(error < (method.hasPrefix("deep") ? 1e-3 : 1e-4))
  }

  static let linear = [
    "gradient", "input-x-gradient", "integrated-gradients:steps=20", "blur-ig:steps=10",
    "expected-gradients:samples=10:noise=0.1", "smoothgrad:samples=10", "deeplift", "deep-shap",
    "internal-influence:steps=10", "layer-conductance:steps=10",
    "neuron-conductance:layer=/act2/Relu:unit=3:steps=10", "occlusion:window=3:stride=2", "rise:masks=50",
    "lime:samples=60:count=9:regions=grid", "kernel-shap:samples=60:count=9:regions=grid",
    "shapley-sampling:orders=4:count=9:regions=grid",
  ]

  @Test("The attribution of a weighted sum is the weighted sum of attributions", arguments: linear)
  func linearity(method: String) async throws {
    let path = FixtureFolder.path + "/rules/plain"
    let batch = try Tensor(contentsOf: path + ".input.npy")
    let input = batch.items(2)[0]
    func attribution(_ losses: [(Loss, weight: Float)]) async throws -> [Float] {
      let explainer = try await Explainer(
        Model(contentsOf: path + ".onnx"), losses: losses, method: Method(parsing: method), modifier: .none,
        inputShape: input.shape)
      return try await explainer.attribution(of: input).values.values
    }
    let score = Loss.activationMaximization(filters: [2])
    let filters = Loss.activationMaximization(of: "/act2/Relu", filters: [3, 5])
    let whole = try await attribution([(score, 2), (filters, -0.75)])
    let parts = zip(try await attribution([(score, 1)]), try await attribution([(filters, 1)]))
    #expect(whole.contains { $0 != 0 })
    #expect(relativeError(whole, parts.map { 2 * $0 - 0.75 * $1 }) < 1e-4)
  }

  /// The attributions of a formula over four features, `x`, each batch×1.
  private static func attribution(
    _ method: String, of input: [Float], _ formula: @escaping @Sendable ([Value]) -> Value
  ) async throws -> [Float] {
    let loss = Loss("formula") { activations in
      formula((0..<4).map { activations.input[axis: 1, $0..<$0 + 1] })
    }
    let explainer = try await Explainer(
      Model(contentsOf: FixtureFolder.path + "/questions/weights-2.onnx"), losses: [(loss, 1)],
      method: Method(parsing: method), modifier: .none, inputShape: [1, 4])
    return try await explainer.attribution(of: Tensor(shape: [1, 4], values: input)).values.values
  }

  @Test(
    "Features that may be exchanged, and are equal, have equal attributions",
    arguments: [
      "gradient", "input-x-gradient", "integrated-gradients:steps=20", "expected-gradients", "deeplift",
      "guided-ig:steps=20:fraction=1", "internal-influence", "layer-conductance",
      "occlusion:window=1:stride=1", "kernel-shap:regions=places", "shapley-sampling:regions=places",
    ])
  func symmetry(method: String) async throws {
    let values = try await Self.attribution(method, of: [3, 2, 2, -1]) { x in
      (x[1] + x[2] - 1).rectified() * x[3] + x[1] * x[2] * x[0]
    }
    #expect(abs(values[1]) > 0.1)
    #expect(abs(values[1] - values[2]) <= 1e-5 * abs(values[1]), "\(values)")
  }

  @Test(
    "A feature that alone makes a difference to the baseline has it all, even where the network is saturated, and one without influence has nothing",
    arguments: [
      "integrated-gradients:steps=2000", "layer-conductance:steps=200",
      "guided-ig:steps=2000:fraction=1",
      "occlusion:window=1:stride=1", "kernel-shap:regions=places", "shapley-sampling:regions=places",
      "expected-gradients:samples=20000",
    ])
  func sensitivity(method: String) async throws {
    // The example of the paper: 1 − max(1 − x, 0), flat from 1 on.
    let values = try await Self.attribution(method, of: [0, 2, 0, 5]) { x in
      1 - (1 - x[1]).rectified() + 0 * x[0] * x[2]
    }
    #expect(abs(values[1] - 1) < 2e-2, "\(values)")
    #expect([0, 2, 3].allSatisfy { abs(values[$0]) < 1e-6 }, "\(values)")
  }

  @Test(
    "The gradient, and its product with the input, do not see what saturates",
    arguments: ["gradient", "input-x-gradient"])
  func insensitivity(method: String) async throws {
    let values = try await Self.attribution(method, of: [0, 2, 0, 5]) { x in
      1 - (1 - x[1]).rectified() + 0.25 * x[3]
    }
    #expect(values[1] == 0 && values[3] != 0, "\(values)")
  }

  @Test(
    "What a method promises to add up to, it adds up to",
    arguments: ["rules/plain", "rules/residual", "rules/multilabel", "relevance/attention"],
    [
      "integrated-gradients:steps=200", "layer-conductance:steps=200", "deeplift:baseline=0.25",
      "deep-shap", "kernel-shap:samples=200:count=9:regions=grid",
      "shapley-sampling:orders=4:count=9:regions=grid",
    ])
  func completeness(network: String, method: String) async throws {
    let path = FixtureFolder.path + "/" + network
    let model = try Model(contentsOf: path + ".onnx")
    let input = try Tensor(contentsOf: path + ".input.npy")
    let parsed = try Method(parsing: method)
    if case .nothing = parsed.body.guarantee { Issue.record("\(method) promises nothing") }
    let explainer = try await Explainer(model, method: parsed, modifier: .none, inputShape: input.shape)
    let attribution = try await explainer.attribution(of: input, target: .unit(2))
    let checks = try await AttributionChecker(model, method: parsed, inputShape: input.shape)
      .checks(of: attribution)
    for check in checks {
      let (claimed, measured) = (check.claimed, check.measured)
      #expect(abs(claimed - measured) <= 1e-2 * max(abs(measured), 0.1), "\(claimed), \(measured)")
    }
  }
}
