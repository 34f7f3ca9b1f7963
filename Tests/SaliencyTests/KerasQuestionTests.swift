@testable import Saliency
import SaliencyCore
import Testing
import func SaliencyTestSupport.relativeError

/// Questions about Keras models, whose channels come last, against TensorFlow's gradients.
@Suite("Questions about Keras models")
struct KerasQuestionTests {
  struct Fixture: Sendable, CustomTestStringConvertible {
    let name: String
    /// The last layer by its name; in `layers` it has the given index, and −1.
    let layer: String
    let index: Int
    let reducedShape: Shape
    var testDescription: String { name }

    private var path: String { FixtureFolder.path + "/keras/" + name }

    func model() throws -> Model { try Model(contentsOf: path + ".keras") }
    func tensor(_ kind: String) throws -> Tensor { try Tensor(contentsOf: path + ".\(kind).npy") }

    /// What the fixture's gradient is taken of: the output times given numbers.
    func projected(of layer: LayerReference? = nil) throws -> Loss {
      let projection = try tensor("projection")
      return Loss("projected") {
        (try layer.map($0.activation) ?? $0.output) * $0.constant(projection)
      }
    }
  }

  static let fixtures: [Fixture] = [
    .init(name: "dense", layer: "dense", index: 1, reducedShape: [2, 5]),
    .init(name: "conv1d-same", layer: "conv1d", index: 1, reducedShape: [2, 9]),
    .init(name: "conv2d-same", layer: "conv2d", index: 1, reducedShape: [2, 9, 8]),
    .init(name: "conv3d-same", layer: "conv3d", index: 1, reducedShape: [2, 6, 5, 7]),
    .init(name: "sequential", layer: "dense", index: 3, reducedShape: [2, 8, 8]),
    .init(name: "nested", layer: "head", index: 4, reducedShape: [2, 4]),
  ]

  @Test("A loss over the output gives TensorFlow's gradient, in the input's layout", arguments: fixtures)
  func gradient(_ fixture: Fixture) async throws {
    let map = try await visualizeSaliency(
      of: try fixture.model(), losses: [(try fixture.projected(), 1)], input: try fixture.tensor("input"),
      gradientModifier: .none, keepsDimensions: true, isNormalized: false)
    let expected = try fixture.tensor("gradient")
    #expect(map.shape == expected.shape)
    #expect(relativeError(map.values, expected.values) < 1e-5)
  }

  @Test("A layer is the same by its name, its index and from the end", arguments: fixtures)
  func layer(_ fixture: Fixture) async throws {
    let (model, input) = (try fixture.model(), try fixture.tensor("input"))
    let references: [LayerReference] = [.name(fixture.layer), .index(fixture.index), -1]
    let expected = try fixture.tensor("gradient")
    for reference in references {
      let map = try await visualizeSaliency(
        of: model, losses: [(try fixture.projected(of: reference), 1)], input: input,
        gradientModifier: .none, keepsDimensions: true, isNormalized: false)
      #expect(relativeError(map.values, expected.values) < 1e-5)
    }
    let maps = try await [references[0], references[1], references[2]].asyncMap {
      try await visualizeSaliency(of: model, layer: $0, filters: [1, -1], input: input).values
    }
    #expect(maps[0] == maps[1] && maps[1] == maps[2])
  }

  @Test("The channels that are reduced are the last axis", arguments: fixtures)
  func channels(_ fixture: Fixture) async throws {
    let map = try await visualizeSaliency(
      of: try fixture.model(), losses: [(try fixture.projected(), 1)], input: try fixture.tensor("input"),
      isNormalized: false)
    let gradient = try fixture.tensor("gradient")
    #expect(map.shape == fixture.reducedShape)
    let channels = gradient.shape.elementCount / map.shape.elementCount
    let expected = map.values.indices.map { position in
      gradient.values[position * channels..<(position + 1) * channels].map(abs).max()!
    }
    #expect(relativeError(map.values, expected) < 1e-5)
  }

  @Test("The gradient with respect to a layer is in the order that Keras flattens it in")
  func layerOrder() async throws {
    let fixture = Self.fixtures[4]
    func map(withRespectTo layer: LayerReference) async throws -> Tensor {
      try await visualizeSaliency(
        of: try fixture.model(), losses: [(try fixture.projected(), 1)], input: try fixture.tensor("input"),
        withRespectTo: layer, gradientModifier: .none, keepsDimensions: true, isNormalized: false)
    }
    let (pooled, flat) = (
      try await map(withRespectTo: "max_pooling2d"), try await map(withRespectTo: "flatten")
    )
    #expect(pooled.shape == [2, 3, 3, 4] && flat.shape == [2, 36])
    #expect(pooled.values == flat.values && Set(flat.values).count > 36)
  }

  @Test("ReLU6 stops at 0, at its ceiling and above; methods override it")
  func ceiling() async throws {
    let model = try Model(contentsOf: FixtureFolder.path + "/keras/relu-layer-six.keras")
    let pattern: [Float] = [6, 7, 3, -1, 0]
    let input = Tensor(shape: [2, 4, 5], values: (0..<40).map { pattern[$0 % 5] })
    let rows: [(Saliency.Method, Float, [Float])] = [
      (.gradient, 1, [0, 0, 1, 0, 0]), (.gradient, -1, [0, 0, -1, 0, 0]), (.guided, 1, [0, 0, 1, 0, 0]),
      (.guided, -1, [0, 0, 0, 0, 0]), (.rectified, 1, [1, 1, 1, 1, 1]), (.rectified, -1, [0, 0, 0, 0, 0]),
    ]
    for (method, weight, expected) in rows {
      let map = try await visualizeSaliency(
        of: model, losses: [(Loss("all") { $0.output }, weight)], input: input, method: method,
        gradientModifier: .none, keepsDimensions: true, isNormalized: false)
      #expect(map.values == (0..<40).map { expected[$0 % 5] }, "\(method.name), \(weight)")
    }
  }

  @Test("Filters of a layer in the middle lie along the last axis, and the map can be for it")
  func middle() async throws {
    let fixture = Self.fixtures[4]
    let (model, input) = (try fixture.model(), try fixture.tensor("input"))
    let layer = try model.network(inputShape: input.shape).layer("conv2d")
    let filters = layer.shape[3]
    let explainer = try await Explainer(model, layer: "conv2d", inputShape: input.shape)
    #expect(explainer.unitCount == filters)
    // With respect to itself, each position of one filter counts with its share of the mean.
    let map = try await visualizeSaliency(
      of: model, layer: "conv2d", filters: [-1], input: input, withRespectTo: "conv2d", keepsDimensions: true,
      isNormalized: false)
    #expect(map.shape == layer.shape)
    let share = 1 / Float(layer.shape[1] * layer.shape[2])
    #expect(map.values.indices.allSatisfy { map.values[$0] == ($0 % filters == filters - 1 ? share : 0) })
  }
}

extension Array {
  fileprivate func asyncMap<Result>(_ body: (Element) async throws -> Result) async throws -> [Result] {
    var results: [Result] = []
    for element in self { results.append(try await body(element)) }
    return results
  }
}
