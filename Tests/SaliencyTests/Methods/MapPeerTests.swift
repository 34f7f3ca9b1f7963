import Foundation
import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// The CAM family, attention and other paths against pytorch-grad-cam, torchcam, PAIR's saliency and plain PyTorch in double precision,
/// which `Scripts/fixtures/maps.py` writes down.
@Suite("Maps are their peers'")
struct MapPeerTests {
  struct Fixture: Decodable, Sendable, CustomTestStringConvertible {
    let model: String
    let method: String
    let peer: String
    let map: String
    var conformance: MethodConformance { MethodConformance(method, network: model, peer: peer) }
    var testDescription: String { "\(model), \(method)" }
  }

  struct Index: Decodable {
    let target: Int
    let maps: [Fixture]
  }

  static let index = Result { try FixtureFolder.decoded(Index.self, from: "maps/maps.json") }

  @Test("A map is within 1e-4 of the peer's", arguments: try index.get().maps)
  func map(_ fixture: Fixture) async throws {
    let path = FixtureFolder.path + "/" + fixture.model
    let input = try Tensor(contentsOf: path + ".input.npy")
    let explainer = try await Explainer(
      Model(contentsOf: path + ".onnx"), method: Method(parsing: fixture.method), inputShape: input.shape)
    let attribution = try await explainer.attribution(of: input, target: .unit(Self.index.get().target))
    let expected = try Tensor(contentsOf: FixtureFolder.path + "/maps/" + fixture.map)
    #expect(attribution.values.shape == expected.shape)
    let error = relativeError(attribution.values.values, expected.values)
    #expect(error <= 1e-4)
    try fixture.conformance.record(error)
  }
}
