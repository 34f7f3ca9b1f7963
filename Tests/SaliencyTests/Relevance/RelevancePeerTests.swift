import Foundation
import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// Rules and composites against zennit and Captum in double precision, and attention against the definitions of AttnLRP, which
/// `Scripts/fixtures/relevance.py` writes down.
@Suite("Relevance is that of its peers")
struct RelevancePeerTests {
  struct Fixture: Decodable, Sendable, CustomTestStringConvertible {
    let model: String
    let method: String
    let peer: String
    let magnitudes: Bool
    let position: Int
    var conformance: MethodConformance {
      let network = "relevance/" + model
      guard
        !Saliency.Method.catalog.contains(where: { method == $0.name || method.hasPrefix($0.name + ":") })
      else { return MethodConformance(method, network: network, peer: peer) }
      return MethodConformance("lrp", options: method, network: network, peer: peer)
    }
    var testDescription: String { "\(model), \(method), \(peer)" }
  }

  struct Index: Decodable {
    let target: Int
    let maps: [Fixture]
  }

  private static let folder = FixtureFolder.path + "/relevance/"

  static let index = Result {
    try FixtureFolder.decoded(Index.self, from: "relevance/relevance.json")
  }

  @Test("A map is within 1e-4 of the peer's", arguments: try index.get().maps)
  func map(_ fixture: Fixture) async throws {
    var input = try Tensor(contentsOf: Self.folder + fixture.model + ".input.npy")
    if fixture.magnitudes { input = Tensor(shape: input.shape, values: input.values.map(abs)) }
    let explainer = try await Explainer(
      Model(contentsOf: Self.folder + fixture.model + ".onnx"), method: Self.method(fixture),
      inputShape: input.shape)
    let attribution = try await explainer.attribution(of: input, target: .unit(Self.index.get().target))
    #expect(attribution.values.shape == input.shape)
    let maps = try Tensor(contentsOf: Self.folder + fixture.model + ".maps.npy")
    let count = input.shape.elementCount
    let expected = Array(maps.values[fixture.position * count..<(fixture.position + 1) * count])
    let error = relativeError(attribution.values.values, expected)
    #expect(error <= 1e-4)
    try fixture.conformance.record(error)
  }

  /// The box of `Scripts/fixtures/relevance.py`.
  private static func bounds(_ model: String) -> (low: RelevanceBound, high: RelevanceBound) {
    model == "convolutions"
      ? (.channels([-4, -3.5, -5]), .channels([4, 4.5, 3.75])) : (.number(-4), .number(4))
  }

  /// The composite of a rule, or the method of the command.
  private static func method(_ fixture: Fixture) throws -> Saliency.Method {
    func uniform(_ rule: RelevanceRule) -> Saliency.Method { composite([(.all, rule)]) }
    func composite(
      _ rules: [(layers: RelevanceComposite.Layers, rule: RelevanceRule)]
    ) -> Saliency.Method {
      Method(LayerwiseRelevance(RelevanceComposite(fixture.method, rules)))
    }
    let (low, high) = bounds(fixture.model)
    switch fixture.method {
    case "zero": return uniform(.zero)
    case "gamma": return uniform(.gamma())
    case "gamma without biases": return uniform(.gamma(1.5).withoutBiases())
    case "alpha1-beta0": return uniform(.alphaBeta(1, 0))
    case "alpha2-beta1": return uniform(.alphaBeta(2, 1))
    case "z-plus": return uniform(.zPlus)
    case "z-plus without biases": return uniform(.zPlus.withoutBiases())
    case "w-square": return uniform(.wSquare)
    case "flat": return uniform(.flat)
    case "w-square first":
      return composite([(.first(of: .all), .wSquare), (.convolutions, .zPlus), (.dense, .epsilon())])
    case "z-box first, then gamma":
      return composite([(.first(of: .all), .zBox(low: low, high: high)), (.all, .gamma(0.5))])
    case "gamma without biases, epsilon last":
      return composite([(last(fixture.model), .epsilon(1e-9)), (.all, .gamma().withoutBiases())])
    case "z-plus without biases, epsilon last":
      return composite([(last(fixture.model), .epsilon(1e-9)), (.all, .zPlus.withoutBiases())])
    case let name where name.contains("box") || name == "deep-taylor":
      return try Method(
        parsing: name
          + (fixture.model == "convolutions"
            ? ":low=-4/-3.5/-5:high=4/4.5/3.75" : ":low=-4:high=4"))
    default: return try Method(parsing: fixture.method)
    }
  }

  private static func last(_ model: String) -> RelevanceComposite.Layers {
    .named(model == "convolutions" ? "/dense2/Gemm" : "/layers/layers.6/Gemm")
  }
}
