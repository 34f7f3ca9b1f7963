import KerasFormat
import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// A Keras model with a layer of an unknown class: 'image' → 'shared' → 'hidden' → 'ripple' twice → 'pooled' → 'behind', and 'shared' → 'flat' → 'plain'.
@Suite("Keras models of which a part is unknown")
struct PartialKerasTests {
  private static func path(_ name: String) -> String { FixtureFolder.path + "/keras/partial." + name }
  private static func model() throws -> Model { try Model(contentsOf: path("keras")) }

  @Test(
    "What does not depend on the unknown layer is explained as TensorFlow has it",
    arguments: ["hidden", "plain"])
  func known(layer: String) async throws {
    let input = try Tensor(contentsOf: Self.path("input.npy"))
    var model = try Self.model()
    if layer == "plain" { model = try model.selecting(input: nil, output: "plain") }
    let question = Question(
      .unit(layer == "hidden" ? 1 : 0), layer: layer == "hidden" ? "hidden" : nil, modifier: .none)
    let attribution = try await Explainer(model, question, inputShape: input.shape).attribution(of: input)
    let expected = try Tensor(contentsOf: Self.path(layer + ".npy"))
    #expect(relativeError(attribution.values.values, expected.values) < 1e-5)
  }

  @Test("Asking for what depends on it says why, and what can be asked")
  func refused() async throws {
    let model = try Self.model()
    let error = await #expect(throws: (any Error).self) {
      try await Explainer(model, inputShape: [1, 7, 6, 2])
    }
    let text = "\(error!)"
    #expect(
      text.contains(
        "output 'behind' cannot be computed: a kind of layer is not supported: Ripple (layer 'ripple')"))
    #expect(text.contains("the layer before can be asked (--layer): 'hidden'"))
  }

  @Test("All layers are listed, with what keeps some from being computed")
  func layers() throws {
    let network = try Self.model().network(inputShape: [1, 7, 6, 2])
    #expect(network.layers.map(\.name) == ["image", "shared", "hidden", "flat", "plain"])
    #expect(network.blockedLayers.map(\.name).contains("ripple#2"))
    #expect(
      network.blockedLayers.first { $0.name == "ripple" }?.reason == "this class of layers is not supported")
    #expect(network.blockedLayers.first { $0.name == "behind" }?.reason == nil)
    #expect(network.availableOutputs.map(\.name) == ["plain"])
  }

  @Test("The format by itself refuses the model as a whole")
  func whole() throws {
    let model = try KerasModel(contentsOf: Self.path("keras"))
    #expect(throws: KerasError.self) { try model.network(inputShapes: ["image": [1, 7, 6, 2]]) }
  }
}
