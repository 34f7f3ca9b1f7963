import Foundation
import NumPyFormat
import Saliency
import SaliencyCore
import Testing
import func SaliencyTestSupport.relativeError

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

  /// How far Captum's integrated gradients are from those of double precision, as relative L2 error: some rectifiers stand on the edge at
  /// points of the path, and single precision turns them. Others can be off by as much, beside their own error.
  private static let captumError = 1.09e-2

  @Test("integrated gradients are as near Captum's as Captum's own precision allows")
  func integratedGradients() async throws {
    let model = try Model(contentsOf: Folders.reference + "/model.onnx")
    let input = try Tensor(contentsOf: Folders.reference + "/input.npy")
    let explainer = try await Explainer(
      model, method: Saliency.Method(IntegratedGradients(steps: 16, quadrature: .trapezoid)))
    let attribution = try await explainer.attribution(of: input, target: .unit(20))
    let expected = try Tensor(contentsOf: Folders.reference + "/integrated_gradients.npy")
    // The weights of Captum's trapezoid rule sum up to 15/16, ours to 1.
    let scaled = attribution.values.values.map { $0 * 15 / 16 }
    #expect(relativeError(scaled, expected.values) <= Self.captumError + 1e-3)
    // Rounding apart: they are the mean of the gradients at the points, times the way.
    let gradient = try await Explainer(model, modifier: .none)
    var mean = [Float](repeating: 0, count: input.shape.elementCount)
    for step in 0..<16 {
      let share = Float(step) / 15
      let point = Tensor(shape: input.shape, values: input.values.map { $0 * share })
      let values = try await gradient.attribution(of: point, target: .unit(20)).values.values
      let weight: Float = (step == 0 || step == 15 ? 0.5 : 1) / 15
      for index in mean.indices { mean[index] += values[index] * weight }
    }
    let product: [Float] = zip(mean, input.values).map { $0 * $1 }
    #expect(relativeError(attribution.values.values, product) <= 2e-6)
  }

  @Test("an image with the real preprocessing is a water ouzel") func image() async throws {
    let model = try Model(contentsOf: Folders.reference + "/model.onnx")
    var settings = PreprocessingSettings()
    settings.filter = .bicubic
    settings.mean = [127]
    settings.standardDeviation = [128]
    settings.scale = 1
    let image = try Image(contentsOf: Folders.reference + "/../../images/ouzel1.jpg")
    let input = try model.preprocessing(overrides: settings).tensor(of: image)
    let predictor = try await Predictor(model, addsSoftmax: true)
    let best = try await predictor.predictions(for: input, count: 1)[0][0]
    #expect(best.index == 20)
    #expect(0.95...0.96 ~= (best.probability ?? 0))
  }
}
