import Foundation
import NumPyFormat
import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// torchvision's classifiers in small settings, against PyTorch in double precision.
@Suite("Every architecture gives PyTorch's numbers")
struct ArchitectureTests {
  struct Fixture: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let model: String
    let target: Int
    let input: String
    let scores: String
    let gradient: String
    let guided: String?
    let rectified: String?
    let second: String?

    var testDescription: String { name }
  }

  private struct Index: Decodable {
    let fixtures: [Fixture]
  }

  private static let fixtures = Result {
    let data = try Data(contentsOf: URL(filePath: Folders.architectures + "/fixtures.json"))
    return try JSONDecoder().decode(Index.self, from: data).fixtures
  }

  @Test("scores and gradients are within 1e-3 of PyTorch's", arguments: try fixtures.get())
  func scoresAndGradients(_ fixture: Fixture) async throws {
    let maps: [(Saliency.Method, String?)] = [
      (.gradient, fixture.gradient), (.guided, fixture.guided), (.rectified, fixture.rectified),
    ]
    let model = try Model(contentsOf: "\(Folders.architectures)/\(fixture.model)")
    let input = try Tensor(contentsOf: "\(Folders.architectures)/\(fixture.input)")
    let scores = try Tensor(contentsOf: "\(Folders.architectures)/\(fixture.scores)").values
    for (method, file) in maps {
      guard let file else { continue }
      let explainer = try await Explainer(
        model, method: method, modifier: .none, inputShape: input.shape)
      let attribution = try await explainer.attribution(of: input, target: .unit(fixture.target))
      let expected = try Tensor(contentsOf: "\(Folders.architectures)/\(file)")
      #expect(attribution.values.shape == expected.shape)
      let error = relativeError(attribution.values.values, expected.values)
      #expect(error <= 1e-3, "\(method.name)")
      let network = "architectures/" + fixture.model.dropLast(".onnx".count)
      try MethodConformance(method.name, network: network, peer: "PyTorch").record(error)
      #expect(attribution.provenance.overriddenLayers.isEmpty == (method.name == "gradient"))
    }
    let predictor = try await Predictor(model, inputShape: input.shape)
    let predictions = try await predictor.predictions(for: input, count: scores.count)[0]
    // Of a map of classes predictions have the scores where a class wins, and the reference the means.
    let units =
      predictions.contains { $0.place != nil }
      ? try await Explainer(model, inputShape: input.shape).attribution(
        of: input, target: .units(Array(scores.indices))
      ).units[0].map { ($0.index, $0.score) } : predictions.map { ($0.index, $0.score) }
    let ordered = units.sorted { $0.0 < $1.0 }.map(\.1)
    #expect(relativeError(ordered, scores) <= 1e-3)
  }

  /// The gradient of the gradient's squared norm, as a user would write it.
  private struct SecondDerivative: GraphMethod {
    let name = "second-derivative"

    func attribution(_ context: MethodContext) throws -> Value {
      let gradient = try context.gradient()
      let norm = (gradient * gradient).sum().reshaped(to: [])
      let second = try Differentiation(
        of: norm, seed: context.builder.constant(Tensor(1)), withRespectTo: [context.attributionTarget])
      return try #require(second.gradients[0])
    }
  }

  @Test(
    "the gradient of the gradient's squared norm is within 1e-3 of PyTorch's double backward",
    arguments: try fixtures.get().filter { $0.second != nil })
  func secondDerivative(_ fixture: Fixture) async throws {
    let input = try Tensor(contentsOf: "\(Folders.architectures)/\(fixture.input)")
    let explainer = try await Explainer(
      Model(contentsOf: "\(Folders.architectures)/\(fixture.model)"), method: Method(SecondDerivative()),
      modifier: .none, inputShape: input.shape)
    let attribution = try await explainer.attribution(of: input, target: .unit(fixture.target))
    let expected = try Tensor(contentsOf: "\(Folders.architectures)/\(#require(fixture.second))")
    #expect(attribution.values.shape == expected.shape)
    #expect(relativeError(attribution.values.values, expected.values) <= 1e-3)
  }

  @Test(
    "a batch of three gives what three single runs give",
    arguments: try fixtures.get().filter { $0.name == "resnet-basic" })
  func batch(_ fixture: Fixture) async throws {
    let model = try Model(contentsOf: "\(Folders.architectures)/\(fixture.model)")
    let first = try Tensor(contentsOf: "\(Folders.architectures)/\(fixture.input)")
    let inputs = [first.values, first.values.map { -$0 }, first.values.reversed()]
    let single = try await Explainer(model, inputShape: first.shape)
    let batched = try await Explainer(
      model, inputShape: [3] + first.shape.dropFirst())
    let all = try await batched.attribution(
      of: Tensor(shape: batched.inputShape, values: inputs.flatMap { $0 }))
    for (item, values) in inputs.enumerated() {
      let alone = try await single.attribution(of: Tensor(shape: first.shape, values: values))
      let range = item * values.count..<(item + 1) * values.count
      #expect(relativeError(Array(all.values.values[range]), alone.values.values) <= 1e-5)
      #expect(all.units[item].map(\.index) == alone.units[0].map(\.index))
    }
  }
}
