import Foundation
import Saliency
import SaliencyCore
import Testing

/// The CAM family, attention and other paths against pytorch-grad-cam, torchcam, PAIR's saliency and plain PyTorch in double precision,
/// which `Scripts/fixtures/maps.py` writes down. With `MAP_ERRORS=FILE` the relative errors are appended to a file.
@Suite("Maps are their peers'")
struct MapPeerTests {
  struct Fixture: Decodable, Sendable, CustomTestStringConvertible {
    let model: String
    let method: String
    let map: String
    /// How far the map may be off where there are random numbers in it.
    let tolerance: Double?
    var testDescription: String { "\(model), \(method)" }
  }

  private struct Index: Decodable {
    let target: Int
    let maps: [Fixture]
  }

  private static let index = Result { try FixtureFolder.decoded(Index.self, from: "maps/maps.json") }

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
    #expect(error <= fixture.tolerance ?? 1e-4)
    if let path = ProcessInfo.processInfo.environment["MAP_ERRORS"] {
      let file = fopen(path, "a")
      fputs("\(error)\t\(fixture.testDescription)\n", file)
      fclose(file)
    }
  }
}
