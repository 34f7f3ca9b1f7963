import SaliencyCore
import Testing

@testable import Saliency
import func SaliencyTestSupport.relativeError

/// What methods with respect to layers promise, on the network 'plain' of `Scripts/fixtures/rules.py`.
@Suite("Methods of layers and units")
struct LayerMethodTests {
  private static let path = FixtureFolder.path + "/rules/plain"
  private static let layer = "/act2/Relu"

  private static func attribution(
    _ method: some SamplingMethod, for layer: LayerReference? = nil
  ) async throws -> Attribution {
    let input = try Tensor(contentsOf: path + ".input.npy")
    let explainer = try await Explainer(
      Model(contentsOf: path + ".onnx"), method: Method(method), modifier: .none, withRespectTo: layer,
      inputShape: input.shape)
    return try await explainer.attribution(of: input, target: .unit(2))
  }

  @Test("What goes through the units of a layer adds up to integrated gradients")
  func units() async throws {
    var sum: [Float] = []
    for unit in 0..<8 {
      let values = try await Self.attribution(
        NeuronConductance(layer: .name(Self.layer), unit: unit, steps: 20)
      )
      .values.values
      sum = sum.isEmpty ? values : zip(sum, values).map(+)
    }
    let whole = try await Self.attribution(IntegratedGradients(steps: 20)).values.values
    #expect(whole.contains { $0 != 0 } && relativeError(sum, whole) < 1e-5)
  }

  @Test(
    "The places of a unit add up to the unit, and units are counted from the last where they are negative")
  func places() async throws {
    func values(_ unit: Int, _ place: [Int] = []) async throws -> [Float] {
      try await Self.attribution(
        NeuronConductance(layer: .name(Self.layer), unit: unit, place: place, steps: 5)
      )
      .values.values
    }
    let whole = try await values(6)
    var sum = [Float](repeating: 0, count: whole.count)
    for row in 0..<4 {
      for column in 0..<4 { sum = zip(sum, try await values(6, [row, column])).map(+) }
    }
    #expect(whole.contains { $0 != 0 } && relativeError(sum, whole) < 1e-5)
    #expect(try await values(-2) == whole)
    #expect(try await values(6, [-4, 1]) == values(6, [0, 1]))
  }

  @Test("A unit's conductance adds up to that of its places in the layer")
  func unitOfLayer() async throws {
    let layer = try await Self.attribution(LayerConductance(steps: 400), for: .name(Self.layer)).values
    let unit = try await Self.attribution(
      NeuronConductance(layer: .name(Self.layer), unit: 6, steps: 100)
    ).values
    for item in 0..<2 {
      let places = layer.values[(item * 8 + 6) * 16..<(item * 8 + 7) * 16].reduce(0, +)
      let elements = unit.values[item * 192..<(item + 1) * 192].reduce(0, +)
      #expect(abs(places - elements) <= 5e-3, "\(places), \(elements)")
    }
  }

  @Test(
    "Attributions of any layer that all goes through add up to the difference of the scores",
    arguments: [nil, "/conv1/Conv", "/act1/Relu", "/MaxPool", "/conv2/Conv", "/Flatten"])
  func completeness(layer: String?) async throws {
    let reference = layer.map { LayerReference.name($0) }
    let whole = try await Self.attribution(IntegratedGradients(steps: 200, quadrature: .trapezoid))
    for method in [
      Method(LayerConductance(steps: 200)),
      Method(IntegratedGradients(steps: 200, quadrature: .trapezoid)),
    ] {
      guard case .sampling(let body) = method.recipe else { continue }
      let attribution = try await Self.attribution(body, for: reference)
      for (sum, expected) in zip(attribution.values.rowSums, whole.values.rowSums) {
        #expect(abs(sum - expected) <= 1e-2 * abs(expected), "\(method.name): \(sum), \(expected)")
      }
    }
  }

  @Test("With respect to the input conductance is integrated gradients, and influence these without the way")
  func input() async throws {
    let integrated = try await Self.attribution(IntegratedGradients(steps: 51, quadrature: .trapezoid))
    let conductance = try await Self.attribution(LayerConductance(steps: 50))
    #expect(relativeError(conductance.values.values, integrated.values.values) < 1e-5)
    let influence = try await Self.attribution(InternalInfluence(steps: 51, quadrature: .trapezoid))
    let product = zip(influence.values.values, influence.input.values).map { $0 * $1 }
    #expect(relativeError(product, integrated.values.values) < 1e-5)
  }

  static let wrong: [(NeuronConductance, [String])] = [
    (NeuronConductance(layer: "/act2/Relu", unit: 8), ["'/act2/Relu'", "no index 8", "from 0 to 7"]),
    (NeuronConductance(layer: "/act2/Relu", unit: -9), ["no index -9"]),
    (NeuronConductance(layer: "/act2/Relu", unit: 1, place: [2]), ["takes 2 indices, not 1"]),
    (NeuronConductance(layer: "/act2/Relu", unit: 1, place: [0, 4]), ["no index 4", "axis of 4"]),
    (NeuronConductance(layer: "/dense/Gemm", unit: 1, place: [0]), ["without places"]),
    (NeuronConductance(layer: "/act3/Relu", unit: 1), ["'/act3/Relu' does not exist"]),
  ]

  @Test("A unit that does not exist is refused with those that do", arguments: wrong)
  func refused(method: NeuronConductance, words: [String]) async throws {
    let error = await #expect(throws: SaliencyError.self) { _ = try await Self.attribution(method) }
    for word in words { #expect(error?.description.contains(word) == true, "\(error?.description ?? "")") }
  }

  @Test("A layer behind what is explained has no conductance")
  func behind() async throws {
    let input = try Tensor(contentsOf: Self.path + ".input.npy")
    let error = await #expect(throws: SaliencyError.self) {
      _ = try await Explainer(
        Model(contentsOf: Self.path + ".onnx"),
        method: Method(NeuronConductance(layer: "/act2/Relu", unit: 0)), layer: "/act1/Relu",
        inputShape: input.shape)
    }
    #expect(error?.description.contains("'/act1/Relu' comes before layer '/act2/Relu'") == true)
  }

  @Test("A method that starts at a layer is not exported")
  func export() async throws {
    let input = try Tensor(contentsOf: Self.path + ".input.npy")
    let explainer = try await Explainer(
      Model(contentsOf: Self.path + ".onnx"), method: Method(IntegratedGradients(steps: 3)),
      withRespectTo: .name(Self.layer), inputShape: input.shape)
    try await withTemporaryFolder { folder in
      _ = await #expect(throws: SaliencyError.self) { try await explainer.export(to: folder + "/a.onnx") }
    }
  }
}
