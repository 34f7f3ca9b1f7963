import Foundation
import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// Attribution with respect to layers, and of their units, against Captum in double precision, which `Scripts/fixtures/layers.py` writes down.
@Suite("Layers and their units are attributed as by their peer")
struct LayerPeerTests {
  struct Fixture: Decodable, Sendable, CustomTestStringConvertible {
    let model: String
    let method: String
    /// The layer that the attribution is for; the input where nil.
    let wrt: String?
    /// The layer whose unit is explained; the output where nil.
    let layer: String?
    let unit: Int?
    let map: String
    var conformance: MethodConformance {
      let parts = method.split(separator: ":", maxSplits: 1).map(String.init)
      let name = Saliency.Method.catalog.first { $0.aliases.contains(parts[0]) }?.name ?? parts[0]
      var conformance = MethodConformance(
        name, options: parts.count > 1 ? parts[1] : "", network: model, peer: "Captum")
      conformance.question = wrt != nil ? "for a layer" : layer != nil ? "of a layer's unit" : ""
      return conformance
    }
    var testDescription: String {
      model + ", " + method + (wrt.map { " for \($0)" } ?? "") + (layer.map { " of \($0)" } ?? "")
    }
  }

  struct Index: Decodable {
    let target: Int
    let maps: [Fixture]
  }

  static let index = Result { try FixtureFolder.decoded(Index.self, from: "layers/layers.json") }

  @Test("An attribution is within 1e-4 of Captum's", arguments: try index.get().maps)
  func map(_ fixture: Fixture) async throws {
    let path = FixtureFolder.path + "/" + fixture.model
    let input = try Tensor(contentsOf: path + ".input.npy")
    let explainer = try await Explainer(
      Model(contentsOf: path + ".onnx"), method: Method(parsing: fixture.method), modifier: .none,
      layer: fixture.layer.map { .name($0) }, withRespectTo: fixture.wrt.map { .name($0) },
      inputShape: input.shape)
    let target = try fixture.unit ?? Self.index.get().target
    let attribution = try await explainer.attribution(of: input, target: .unit(target))
    let expected = try Tensor(contentsOf: FixtureFolder.path + "/layers/" + fixture.map)
    #expect(attribution.values.shape == expected.shape)
    let error = relativeError(attribution.values.values, expected.values)
    #expect(error <= 1e-4)
    try fixture.conformance.record(error)
  }
}
