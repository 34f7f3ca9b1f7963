import Saliency
import SaliencyCore
import Testing

/// Labels name the classes of a network, and nothing else.
@Suite("Labels of layers")
struct LabeledLayerTests {
  private static let labels = Labels(["zero", "one", "two", "three"])

  private static func names(
    _ network: String, _ input: Tensor, layer: LayerReference?, _ target: Target
  ) async throws -> [String?] {
    let explainer = try await Explainer(
      HandQuestion.network(network), layer: layer, inputShape: input.shape)
    return try await explainer.attribution(of: input, target: target, labels: labels).units[0].map(\.name)
  }

  private static let image = Tensor(shape: [1, 1, 1, 2], values: [1, 2])
  private static let vector = Tensor(shape: [1, 2], values: [1, 2])

  @Test("A filter in the network's middle has no class's name")
  func filters() async throws {
    #expect(try await Self.names("filters", Self.image, layer: 0, .unit(1)) == [nil])
  }

  @Test("A name is no filter in the network's middle, though there be as many of both")
  func namedFilter() async throws {
    let error = await #expect(throws: SaliencyError.self) {
      try await Self.names("filters", Self.image, layer: 0, Target(parsing: "one"))
    }
    #expect(error?.code == .unknownTarget)
    #expect("\(try #require(error))".contains("'one' is no index"))
  }

  @Test(
    "The scores before a final softmax are the classes too", arguments: [nil, -2, -1] as [LayerReference?])
  func scores(layer: LayerReference?) async throws {
    #expect(try await Self.names("softmax", Self.vector, layer: layer, Target(parsing: "one")) == ["one"])
  }
}
