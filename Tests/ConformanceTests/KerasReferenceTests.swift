import Saliency
import SaliencyCore
import Testing
import func SaliencyTestSupport.relativeError

/// A trained Keras 2.0 network for facial expressions against TensorFlow, where the reference data is at hand.
@Suite(
  "The network for facial expressions gives TensorFlow's numbers",
  .enabled(if: Folders.has(Folders.expressions, for: "facial expressions reference data")))
struct KerasReferenceTests {
  private static let happy = 3

  private func tensor(_ name: String) throws -> Tensor {
    try Tensor(contentsOf: "\(Folders.expressions)/\(name).npy")
  }

  @Test("the gradient before the softmax is within 1e-3 of the reference, in Keras's layout")
  func gradient() async throws {
    let model = try Model(contentsOf: Folders.expressions + "/model.hdf5")
    let explainer = try await Explainer(model, modifier: .none)
    let attribution = try await explainer.attribution(of: tensor("input"), target: .unit(Self.happy))
    let expected = try tensor("gradient")
    #expect(attribution.values.shape == [1, 64, 64, 1])
    #expect(relativeError(attribution.values.values, expected.values) <= 1e-3)
    let unit = try #require(attribution.units[0].first)
    let scores = try tensor("scores").values
    #expect(abs(unit.score - scores[Self.happy]) <= 1e-3 * abs(scores[Self.happy]))
    #expect(0.9985...0.9995 ~= (unit.probability ?? 0))
  }

  @Test("the face is a happy one")
  func prediction() async throws {
    let predictor = try await Predictor(try Model(contentsOf: Folders.expressions + "/model.hdf5"))
    let best = try await predictor.predictions(for: tensor("input"), count: 7)[0]
    #expect(best.first?.index == Self.happy)
    let probabilities = try tensor("probabilities").values
    for unit in best { #expect(abs((unit.probability ?? 0) - probabilities[unit.index]) < 1e-5) }
  }
}
