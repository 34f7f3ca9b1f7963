import Foundation
import Saliency
import SaliencyCore
import Testing

/// Attribution with respect to layers, and of their units, against Captum in double precision, which `Scripts/fixtures/layers.py` writes down. With
/// `MAP_ERRORS=FILE` the relative errors are appended to a file.
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
    var testDescription: String {
      model + ", " + method + (wrt.map { " for \($0)" } ?? "") + (layer.map { " of \($0)" } ?? "")
    }
  }

  private struct Index: Decodable {
    let target: Int
    let maps: [Fixture]
  }

  private static let index = Result { try FixtureFolder.decoded(Index.self, from: "layers/layers.json") }

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
    if let path = ProcessInfo.processInfo.environment["MAP_ERRORS"] {
      let file = fopen(path, "a")
      fputs("\(error)\t\(fixture.testDescription)\n", file)
      fclose(file)
    }
  }
}
