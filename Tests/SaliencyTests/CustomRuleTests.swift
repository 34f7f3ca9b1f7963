import Foundation
import Saliency
import SaliencyCore
import Testing
import func SaliencyTestSupport.relativeError

/// Rules and losses of a user's own against PyTorch's custom autograd functions in double precision, which
/// `Scripts/fixtures/rules.py` writes down.
@Suite("Custom rules and losses give PyTorch's numbers")
struct CustomRuleTests {
  struct Fixture: Decodable, Sendable, CustomTestStringConvertible {
    let model: String
    let rule: String
    let loss: String
    let source: String?
    let map: String
    var testDescription: String { map }

    static let folder = FixtureFolder.path + "/rules/"

    static let all = Result {
      struct Index: Decodable { let maps: [Fixture] }
      return try FixtureFolder.decoded(Index.self, from: "rules/rules.json").maps
    }

    /// The exporter's name of a module's layer.
    static func layer(_ module: String) -> LayerReference { .name("/\(module)/Conv") }

    func tensor(_ kind: String) throws -> Tensor {
      try Tensor(contentsOf: Self.folder + "\(model).\(kind).npy")
    }
  }

  private static func method(_ name: String) throws -> Saliency.Method {
    func overriding<Kind: SaliencyCore.Operation>(
      _ kind: Kind.Type, _ body: @escaping @Sendable (Kind, [Value], Value, Value) -> Value?
    ) -> Saliency.Method {
      .custom(
        BackpropRule(name) { operation, inputs, output, gradient in
          (operation as? Kind).map { [body($0, inputs, output, gradient)] }
        })
    }
    switch name {
    case "gradient": return .gradient
    case "gently guided":
      return overriding(Rectifier.self) { rectifier, _, output, gradient in
        let positive = gradient.rectified()
        return (positive + 0.1 * (gradient - positive)).gated(
          by: output, above: 0, below: rectifier.ceiling ?? .infinity)
      }
    case "guided leaky":
      return overriding(LeakyRectifier.self) { rectifier, inputs, _, gradient in
        let isPositive = inputs[0].isGreater(than: 0)
        return gradient.rectified() * (isPositive + (1 - isPositive) * rectifier.slope)
      }
    case "gate of SiLU": return overriding(Sigmoid.self) { _, _, _, _ in nil }
    case "clipped":
      return overriding(Rectifier.self) { _, _, output, gradient in
        gradient.maximum(-0.02).minimum(0.02).gated(by: output, above: 0)
      }
    case "scaled by activation":
      return overriding(Rectifier.self) { _, _, output, gradient in gradient * output }
    default: throw Unknown(name: name)
    }
  }

  private struct Unknown: Error { let name: String }

  /// The losses of a fixture; `others` are the activations of another input.
  private static func losses(
    _ name: String, others: (LayerReference) async throws -> Tensor
  ) async throws -> [(Loss, weight: Float)] {
    let conv2 = Fixture.layer("conv2")
    switch name {
    case "score": return [(.activationMaximization(filters: [2]), 1)]
    case "filters of several layers":
      return [
        (.activationMaximization(of: conv2, filters: [3]), 1),
        (.activationMaximization(of: Fixture.layer("conv1"), filters: [1]), -0.5),
        (.activationMaximization(filters: [0]), 2),
      ]
    case "mean of squares": return [(Loss(name, of: conv2) { $0.squared().mean() }, 1)]
    case "slice to a power":
      return [(Loss(name, of: conv2) { ($0[axis: 1, 1..<4].magnitude() + 0.5).power(1.5) }, 1)]
    case "distance to another input":
      let other = try await others(conv2)
      return [
        (
          Loss(name) { try $0.activation(of: conv2).squaredDistance(to: $0.constant(other)) }, 1
        )
      ]
    case "soft comparison": return [(Loss(name, of: conv2) { (4 * ($0 - 0.25)).sigmoid() * $0 }, 1)]
    default: throw Unknown(name: name)
    }
  }

  /// What a layer gives for an input.
  private func activation(of layer: LayerReference, _ model: Model, _ input: Tensor) async throws -> Tensor {
    let network = try model.network(inputShape: input.shape)
    let builder = GraphBuilder(continuing: network.graph)
    let graph = try builder.graph(outputs: [builder.value(at: try network.layer(layer).node)])
    let executor = try Executor.shared
    return try await executor.run(try await executor.compile(graph), [network.inputs[0].name: input])[0]
  }

  @Test("A map under a custom rule, of custom losses", arguments: try Fixture.all.get())
  func map(_ fixture: Fixture) async throws {
    let model = try Model(contentsOf: Fixture.folder + fixture.model + ".onnx")
    let (input, other) = (try fixture.tensor("input"), try fixture.tensor("other"))
    let losses = try await Self.losses(fixture.loss) { try await activation(of: $0, model, other) }
    let explainer = try await Explainer(
      model, losses: losses, method: try Self.method(fixture.rule), modifier: .none,
      withRespectTo: fixture.source.map(Fixture.layer), inputShape: input.shape)
    let map = try await explainer.attribution(of: input).values
    let expected = try Tensor(contentsOf: Fixture.folder + fixture.map)
    #expect(map.shape == expected.shape)
    #expect(relativeError(map.values, expected.values) <= 1e-4)
  }
}
