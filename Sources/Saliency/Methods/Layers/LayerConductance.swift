public import SaliencyCore

/// Layer conductance: ∫₀¹ ∂f/∂a · da/dα dα, what goes through each element of a layer's activation a while the input goes from a baseline x′ to
/// x as x′ + α (x − x′) (Dhamdhere et al., "How Important Is a Neuron?", 2018).
///
/// It has the layer's shape. Where all that is explained goes through the layer it adds up to f(x) − f(x′); what goes around is not in it. With
/// respect to the input it is integrated gradients.
public struct LayerConductance: SamplingMethod {
  /// Where on each part of the path the gradient is taken that the activation's change is multiplied by.
  public enum Quadrature: String, Sendable, CaseIterable {
    /// The mean of both ends.
    case trapezoid
    /// Where the part starts, as Captum has it.
    case left
    /// Where the part ends.
    case right
  }

  public let name = "layer-conductance"
  /// The number of equal parts of the path.
  public let steps: Int
  /// The input where the path starts.
  public let baseline: Baseline
  /// Where on each part the gradient is taken.
  public let quadrature: Quadrature

  /// - Precondition: `steps` is at least 1.
  public init(steps: Int = 50, baseline: Baseline = .zeros, quadrature: Quadrature = .trapezoid) {
    precondition(steps >= 1, "`steps` must be at least 1")
    (self.steps, self.baseline, self.quadrature) = (steps, baseline, quadrature)
  }

  public var samplingForm: SamplingForm { SamplingForm(layerSamples: .inputsWithTargets) }

  /// f(x) − f(x′).
  public var guarantee: AttributionGuarantee { .difference(from: [baseline]) }

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    let path = StraightPath(from: try await network.start(baseline), to: input)
    var sum: [Double] = []
    var shape: Shape = []
    var last: (activation: [Float], gradient: [Float])?
    try await network.run(count: steps + 1) { index in
      path.point(Double(index) / Double(steps))
    } _: { sample in
      let (activation, gradient) = (sample.attributionTarget!.values, sample.attribution!.values)
      if let last {
        for index in sum.indices {
          let change = Double(activation[index]) - Double(last.activation[index])
          sum[index] += quadrature.mean(last.gradient[index], gradient[index]) * change
        }
      } else {
        shape = sample.attributionTarget!.shape
        sum = [Double](repeating: 0, count: activation.count)
      }
      last = (activation, gradient)
    }
    return Tensor(shape: shape, values: sum.map { Float($0) })
  }

  public var options: [MethodOption] {
    [.init("steps", steps), .baseline(baseline), .init("quadrature", quadrature.rawValue)]
  }

  static let entry = MethodEntry(
    "layer-conductance", "what goes through each element of a layer while the input comes from a baseline",
    options: [
      .init(name: "steps", standard: "50", summary: "equal parts of the path"), .baseline,
      .init(
        name: "quadrature", standard: "trapezoid",
        summary: "where on a part the gradient is taken: "
          + Quadrature.allCases.map(\.rawValue).joined(separator: ", ")),
    ], isForLayers: true
  ) { options throws(SaliencyError) in
    Method(
      LayerConductance(
        steps: try options.integer("steps", in: 1...100_000), baseline: try options.baseline(),
        quadrature: try options.choice("quadrature", of: Quadrature.self)))
  }
}

extension LayerConductance.Quadrature {
  /// The gradient that counts on a part of the path.
  fileprivate func mean(_ start: Float, _ end: Float) -> Double {
    switch self {
    case .left: Double(start)
    case .right: Double(end)
    case .trapezoid: (Double(start) + Double(end)) / 2
    }
  }
}
