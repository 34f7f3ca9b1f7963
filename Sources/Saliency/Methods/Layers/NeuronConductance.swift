public import SaliencyCore

/// Neuron conductance: (x − x′) · ∫₀¹ ∂f/∂a · ∂a/∂x dα along x′ + α (x − x′), the part of integrated gradients that goes through a unit a of a layer
/// (Dhamdhere et al., "How Important Is a Neuron?", 2018).
///
/// It has the input's shape and adds up to the unit's ``LayerConductance``. A unit with several places, such as a filter with a height and width,
/// is all of them, each with its own way; or it is one of them where a place is given.
public struct NeuronConductance: SamplingMethod {
  public let name = "neuron-conductance"
  /// The layer; the last that lies over the input where nil.
  public let layer: LayerReference?
  /// The unit of the layer, counted from the last where it is negative.
  public let unit: Int
  /// The place in the unit, an index along each of the layer's other axes; all places where empty.
  public let place: [Int]
  /// The number of points at which gradients are taken.
  public let steps: Int
  /// The input where the path starts.
  public let baseline: Baseline
  /// How the integral is computed.
  public let quadrature: IntegratedGradients.Quadrature

  /// - Precondition: `steps` is at least 1.
  public init(
    layer: LayerReference? = nil, unit: Int, place: [Int] = [], steps: Int = 50, baseline: Baseline = .zeros,
    quadrature: IntegratedGradients.Quadrature = .gaussLegendre
  ) {
    precondition(steps >= 1, "`steps` must be at least 1")
    (self.layer, self.unit, self.place) = (layer, unit, place)
    (self.steps, self.baseline, self.quadrature) = (steps, baseline, quadrature)
  }

  public var sampled: (any GraphMethod)? { GradientThroughUnit(layer: layer, unit: unit, place: place) }

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    let path = StraightPath(from: try await network.start(baseline), to: input)
    let sum = try await path.integral(quadrature.points(steps), network)
    return Tensor(
      shape: input.shape, values: zip(sum.values, path.difference).map { Float($0 * Double($1)) })
  }

  public var options: [MethodOption] {
    [
      .layers(layer.map { [$0] } ?? []),
      .init("unit", ([unit] + place).map(String.init).joined(separator: "/")), .init("steps", steps),
      .baseline(baseline), .init("quadrature", quadrature.rawValue),
    ]
  }

  static let entry = MethodEntry(
    "neuron-conductance", "the part of integrated gradients that goes through a unit of a layer",
    options: [
      .init(
        name: "layer", standard: "last",
        summary: "the layer, by name or index; the last that lies over the input"),
      .init(name: "unit", standard: "0", summary: "the unit, or one place in it as in UNIT/ROW/COLUMN"),
    ] + .path, isForLayers: true
  ) { options throws(SaliencyError) in
    let layers = try options.layers()
    guard layers.count <= 1 else { throw options.invalid("layer", "one layer's name or index") }
    var indices: [Int] = []
    for part in options.text("unit").split(separator: "/", omittingEmptySubsequences: false) {
      guard let index = Int(part) else { throw options.invalid("unit", "indices, as in 3 or 3/0/7") }
      indices.append(index)
    }
    return Method(
      NeuronConductance(
        layer: layers.first, unit: indices[0], place: Array(indices.dropFirst()),
        steps: try options.integer("steps", in: 1...100_000), baseline: try options.baseline(),
        quadrature: try options.choice("quadrature", of: IntegratedGradients.Quadrature.self)))
  }
}
