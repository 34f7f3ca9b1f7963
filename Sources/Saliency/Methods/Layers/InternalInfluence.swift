public import SaliencyCore

/// Internal influence: ∫₀¹ ∂f(x′ + α (x − x′))/∂a dα, the mean gradient of a layer's activation a while the input goes from a baseline x′ to x
/// (Leino et al., "Influence-Directed Explanations for Deep Convolutional Networks", 2018).
///
/// It has the layer's shape. With respect to the input it is integrated gradients without the factor x − x′.
public struct InternalInfluence: SamplingMethod {
  public let name = "internal-influence"
  /// The number of points at which the gradient is taken.
  public let steps: Int
  /// The input where the path starts.
  public let baseline: Baseline
  /// How the integral is computed.
  public let quadrature: IntegratedGradients.Quadrature

  /// - Precondition: `steps` is at least 1.
  public init(
    steps: Int = 50, baseline: Baseline = .zeros,
    quadrature: IntegratedGradients.Quadrature = .gaussLegendre
  ) {
    precondition(steps >= 1, "`steps` must be at least 1")
    (self.steps, self.baseline, self.quadrature) = (steps, baseline, quadrature)
  }

  public var samplingForm: SamplingForm { SamplingForm(layerSamples: .inputs) }
  public var isPerUnit: Bool { true }

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    let path = StraightPath(from: try await network.start(baseline), to: input)
    let sum = try await path.integral(quadrature.points(steps), network)
    return Tensor(shape: sum.shape, values: sum.values.map { Float($0) })
  }

  public var options: [MethodOption] {
    [.init("steps", steps), .baseline(baseline), .init("quadrature", quadrature.rawValue)]
  }

  static let entry = MethodEntry(
    "internal-influence", "the mean gradient of a layer's activation while the input comes from a baseline",
    options: .path, isForLayers: true
  ) { options throws(SaliencyError) in
    Method(
      InternalInfluence(
        steps: try options.integer("steps", in: 1...100_000), baseline: try options.baseline(),
        quadrature: try options.choice("quadrature", of: IntegratedGradients.Quadrature.self)))
  }
}

extension [MethodEntry.Option] {
  /// The options of a method that integrates along a straight path.
  static let path: [MethodEntry.Option] = [
    .init(name: "steps", standard: "50", summary: "points on the path"), .baseline,
    .init(
      name: "quadrature", standard: "gauss-legendre",
      summary: IntegratedGradients.Quadrature.allCases.map(\.rawValue).joined(separator: ", ")),
  ]
}
