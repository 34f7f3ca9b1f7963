public import SaliencyCore
internal import LibC

/// Integrated gradients: (x − x′) · ∫₀¹ ∂f(x′ + α (x − x′))/∂x dα (Sundararajan et al., "Axiomatic Attribution for Deep Networks",
/// 2017).
///
/// The attributions sum up to f(x) − f(x′), as exactly as the integral is computed. With respect to a layer the path leads from what the layer
/// gives for x′ to what it gives for x; what leads around the layer stays as it is for x.
public struct IntegratedGradients: SamplingMethod {
  /// How the integral is computed.
  public enum Quadrature: String, Sendable, CaseIterable {
    /// Points at equal distances, the ends with half the weight.
    case trapezoid
    /// The left ends of equal parts.
    case left
    /// The right ends of equal parts.
    case right
    /// The middles of equal parts.
    case midpoint
    /// Gauss–Legendre: exact for polynomials of a degree below twice the number of points.
    case gaussLegendre = "gauss-legendre"
  }

  public var takesSeveralInputs: Bool { true }
  public let name = "integrated-gradients"
  /// The number of points at which the gradient is taken.
  public let steps: Int
  /// Where the path starts.
  public let baseline: Baseline
  /// How the integral is computed.
  public let quadrature: Quadrature

  /// - Precondition: `steps` is at least 1.
  public init(
    steps: Int = 50, baseline: Baseline = .zeros, quadrature: Quadrature = .gaussLegendre
  ) {
    precondition(steps >= 1, "`steps` must be at least 1")
    (self.steps, self.baseline, self.quadrature) = (steps, baseline, quadrature)
  }

  public var samplingForm: SamplingForm { SamplingForm(layerSamples: .activations) }

  /// f(x) − f(x′).
  public var guarantee: AttributionGuarantee { .difference(from: [baseline]) }

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    try await sampledAverage.attribution(of: input, network)
  }
}

extension IntegratedGradients: AveragingMethod {
  var sampledAverage: SampledAverage {
    let points = quadrature.points(steps)
    return SampledAverage(
      line: .path(from: baseline), positions: .numbers(points.map(\.position)),
      average: .weighted(points.map(\.weight)), isTimesDirection: true)
  }
}

extension IntegratedGradients.Quadrature {
  /// Positions in 0…1 and their weights, which sum up to 1.
  func points(_ count: Int) -> [(position: Double, weight: Double)] {
    let step = 1 / Double(count)
    switch self {
    case .left: return (0..<count).map { (Double($0) * step, step) }
    case .right: return (1...count).map { (Double($0) * step, step) }
    case .midpoint: return (0..<count).map { ((Double($0) + 0.5) * step, step) }
    case .trapezoid:
      guard count > 1 else { return [(0.5, 1)] }
      let gap = 1 / Double(count - 1)
      return (0..<count).map { (Double($0) * gap, $0 == 0 || $0 == count - 1 ? gap / 2 : gap) }
    case .gaussLegendre: return Self.gaussLegendre(count)
    }
  }

  /// The roots of the Legendre polynomial by Newton's method, moved to 0…1.
  private static func gaussLegendre(_ count: Int) -> [(position: Double, weight: Double)] {
    (1...count).map { index in
      var x = -cos(.pi * (Double(index) - 0.25) / (Double(count) + 0.5))
      var slope = 1.0
      for _ in 0..<100 {
        var (previous, value) = (1.0, x)
        for degree in stride(from: 2, through: count, by: 1) {
          let n = Double(degree)
          (previous, value) = (value, ((2 * n - 1) * x * value - (n - 1) * previous) / n)
        }
        slope = Double(count) * (x * value - previous) / (x * x - 1)
        let change = value / slope
        x -= change
        if abs(change) < 1e-15 { break }
      }
      return ((x + 1) / 2, 1 / ((1 - x * x) * slope * slope))
    }
  }
}

extension IntegratedGradients {
  /// The steps, the baseline and the quadrature.
  public var options: [MethodOption] {
    [.init("steps", steps), .baseline(baseline), .init("quadrature", quadrature.rawValue)]
  }

  static let entry = MethodEntry(
    "integrated-gradients", aliases: ["ig"],
    "gradients along the straight path from a baseline, times the way; sums up to f(x) − f(baseline)",
    options: .path
  ) { options throws(SaliencyError) in
    Method(
      IntegratedGradients(
        steps: try options.integer("steps", in: 1...100_000), baseline: try options.baseline(),
        quadrature: try options.choice("quadrature", of: Quadrature.self)))
  }
}

extension MethodOptions {
  /// The baseline of the option "baseline".
  func baseline() throws(SaliencyError) -> Baseline {
    switch word("baseline") {
    case "zeros": return .zeros
    case "mean": return .mean
    case "blur": return .blur()
    case let text where text.hasPrefix("blur/"):
      guard let standardDeviation = Float(text.dropFirst(5)), 1e-3...1e4 ~= standardDeviation else {
        throw invalid("baseline", "after blur/ a standard deviation from 0.001 to 10000")
      }
      return .blur(standardDeviation: standardDeviation)
    case let text:
      guard let number = Float(text), number.isFinite else {
        throw invalid("baseline", "zeros, mean, blur or a number")
      }
      return .constant(number)
    }
  }
}
