import Foundation
import NumPyFormat
import Saliency
import SaliencyCore
import Testing

/// A trained ImageNet classifier against PyTorch, where the reference data is at hand.
@Suite(
  "EfficientNet-Lite0 gives PyTorch's numbers",
  .enabled(if: Folders.has(Folders.reference, for: "EfficientNet-Lite0 reference data")))
struct ReferenceTests {
  @Test("maps are within 1e-3 of the reference", arguments: ["gradient", "guided", "rectified"])
  func map(_ name: String) async throws {
    let model = try Model(contentsOf: Folders.reference + "/model.onnx")
    let input = try Tensor(contentsOf: Folders.reference + "/input.npy")
    let explainer = try await Explainer(
      model, method: Saliency.Method(parsing: name), modifier: .none)
    let attribution = try await explainer.attribution(of: input, target: .unit(20))
    let expected = try Tensor(contentsOf: "\(Folders.reference)/\(name).npy")
    #expect(attribution.values.shape == expected.shape)
    #expect(relativeError(attribution.values.values, expected.values) <= 1e-3)
    #expect(attribution.provenance.overriddenLayers.count == (name == "gradient" ? 0 : 33))
    let scores = try Tensor(contentsOf: Folders.reference + "/scores.npy").values
    let unit = try #require(attribution.units[0].first)
    #expect(abs(unit.score - scores[20]) <= 1e-3 * abs(scores[20]))
  }

  @Test("integrated gradients are within 1e-3 of Captum's")
  func integratedGradients() async throws {
    let model = try Model(contentsOf: Folders.reference + "/model.onnx")
    let input = try Tensor(contentsOf: Folders.reference + "/input.npy")
    let explainer = try await Explainer(
      model, method: Saliency.Method(IntegratedGradients(steps: 16, quadrature: .trapezoid)))
    let attribution = try await explainer.attribution(of: input, target: .unit(20))
    let expected = try Tensor(contentsOf: Folders.reference + "/integrated_gradients.npy")
    // The weights of Captum's trapezoid rule sum up to 15/16, ours to 1.
    let scaled = attribution.values.values.map { $0 * 15 / 16 }
    #expect(relativeError(scaled, expected.values) <= 1e-3)
  }

  @Test("a photograph with the real preprocessing is a water ouzel") func photograph() async throws {
    let model = try Model(contentsOf: Folders.reference + "/model.onnx")
    var settings = PreprocessingSettings()
    settings.filter = .bicubic
    settings.mean = [127]
    settings.deviation = [128]
    settings.scale = 1
    let image = try Image(contentsOf: Folders.reference + "/../../images/ouzel1.jpg")
    let input = try model.preprocessing(overrides: settings).tensor(of: image)
    let predictor = try await Predictor(model)
    let best = try await predictor.predictions(for: input, count: 1)[0][0]
    #expect(best.index == 20)
    #expect(0.95...0.96 ~= (best.probability ?? 0))
  }
}
