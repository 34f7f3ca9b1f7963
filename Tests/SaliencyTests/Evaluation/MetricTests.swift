import Foundation
import Saliency
import SaliencyCore
import Testing

/// Metrics against Quantus, Captum and their definitions in double precision, which `Scripts/fixtures/metrics.py` writes down.
@Suite("Metrics give their peers' numbers")
struct MetricTests {
  struct Fixture: Decodable, Sendable, CustomTestStringConvertible {
    let model: String
    let method: String
    let metric: String
    let value: Double
    var testDescription: String { "\(model), \(method), \(metric)" }
  }

  private struct Index: Decodable {
    let target: Int
    let masks: [String: [Int]]
    let values: [Fixture]
  }

  private static let index = Result { try FixtureFolder.decoded(Index.self, from: "metrics/metrics.json") }

  @Test("A number is within 1e-4 of the peer's", arguments: try index.get().values)
  func value(_ fixture: Fixture) async throws {
    let rules = FixtureFolder.path + "/rules/\(fixture.model)"
    let inputs = try Tensor(contentsOf: rules + ".input.npy")
    let shape = [1] + inputs.shape.dropFirst()
    let input = Tensor(shape: shape, values: Array(inputs.values.prefix(shape.reduce(1, *))))
    let evaluator = try await Evaluator(
      Model(contentsOf: rules + ".onnx"), method: Method(parsing: fixture.method), inputShape: shape)
    let evaluation = try await evaluator.evaluation(
      of: input, mask: try #require(Self.index.get().masks[fixture.model]).map { $0 != 0 },
      target: .unit(Self.index.get().target), metrics: [try MetricEntry.metric(parsing: fixture.metric)])
    let value = try #require(evaluation.values[0]).value
    #expect(abs(value - fixture.value) <= 1e-4 * max(abs(fixture.value), 1e-2), "\(value), \(fixture.value)")
  }
}
