import Foundation
import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// The numbers of Captum's own unit tests, which `Scripts/fixtures/captum_tests.py` writes down.
@Suite("Methods give the numbers of Captum's tests")
struct CaptumTests {
  struct Fixture: Decodable, Sendable, CustomTestStringConvertible {
    let model: String
    let method: String
    let shape: [Int]
    let input: [Float]
    let expected: [Double]
    let tolerance: Double
    var conformance: MethodConformance {
      MethodConformance(method, network: "captum/" + model, peer: "Captum's unit tests")
    }
    var testDescription: String { "\(model), \(method), \(shape.text)" }
  }

  struct Index: Decodable {
    let cases: [Fixture]
  }

  static let index = Result { try FixtureFolder.decoded(Index.self, from: "captum/captum.json") }

  @Test("Each number is as near as Captum's test wants it", arguments: try index.get().cases)
  func numbers(_ fixture: Fixture) async throws {
    let model = try Model(contentsOf: FixtureFolder.path + "/captum/\(fixture.model).onnx")
    let explainer = try await Explainer(
      model, method: Method(parsing: fixture.method), modifier: .none, inputShape: fixture.shape)
    let attribution = try await explainer.attribution(
      of: Tensor(shape: fixture.shape, values: fixture.input), target: .unit(0))
    let values = attribution.values.values
    try #require(values.count == fixture.expected.count)
    try fixture.conformance.record(
      SaliencyTestSupport.relativeError(values.map(Double.init), fixture.expected))
    for (value, number) in zip(values, fixture.expected) {
      #expect(abs(Double(value) - number) <= fixture.tolerance, "\(values), \(fixture.expected)")
    }
  }
}
