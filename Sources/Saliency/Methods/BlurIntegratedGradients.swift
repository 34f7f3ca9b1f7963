public import SaliencyCore

/// Blur integrated gradients: −∫ ∂f(L(σ))/∂x · ∂L(σ)/∂σ dσ along ever more blurred inputs L(σ), with σ from 0 to a largest deviation (Xu et al.,
/// "Attribution in Scale and Space", 2020).
///
/// The path starts at the blurred input, so that no baseline is chosen and no color counts as nothing there. Attributions sum up to f(x) less
/// the score of the most blurred input, as exactly as the integral is computed: the left ends of equal steps, as in the authors' code.
public struct BlurIntegratedGradients: SamplingMethod {
  public let name = "blur-ig"
  /// The number of points on the path.
  public let steps: Int
  /// The largest standard deviation, in elements.
  public let largestDeviation: Float

  /// - Precondition: `steps` is at least 1 and the deviation above 0.
  public init(steps: Int = 100, largestDeviation: Float = 50) {
    precondition(
      steps >= 1 && largestDeviation > 0, "`steps` must be at least 1 and `largestDeviation` above 0")
    (self.steps, self.largestDeviation) = (steps, largestDeviation)
  }

  /// How far apart the blurred inputs are from which ∂L/∂σ is taken.
  private static let distance = 0.01

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    let blur = GaussianBlur(input.shape, channelAxis: network.channelAxis)
    let values = input.values.map(Double.init)
    let step = Double(largestDeviation) / Double(steps)
    // The change of the input belongs to the gradient that comes of the same point.
    var changes: [Int: [Double]] = [:]
    var sum = [Double](repeating: 0, count: values.count)
    try await network.run(count: steps) { index in
      let point = blur(values, standardDeviation: Double(index) * step)
      let next = blur(values, standardDeviation: Double(index) * step + Self.distance)
      changes[index] = zip(next, point).map { ($0 - $1) / Self.distance }
      return Tensor(shape: input.shape, values: point.map(Float.init))
    } _: { sample in
      let change = changes.removeValue(forKey: sample.index)!
      for (index, gradient) in sample.attribution!.values.enumerated() {
        sum[index] -= step * Double(gradient) * change[index]
      }
    }
    return Tensor(shape: input.shape, values: sum.map(Float.init))
  }

  public var options: [MethodOption] {
    [.init("steps", steps), .init("deviation", largestDeviation)]
  }

  static let entry = MethodEntry(
    "blur-ig", aliases: ["blur-integrated-gradients"],
    "integrated gradients along ever more blurred inputs; needs no baseline",
    options: [
      .init(name: "steps", standard: "100", summary: "points on the path"),
      .init(
        name: "deviation", standard: "50", summary: "the largest standard deviation of the blur, in elements"),
    ]
  ) { options throws(SaliencyError) in
    Method(
      BlurIntegratedGradients(
        steps: try options.integer("steps", in: 1...100_000),
        largestDeviation: try options.number("deviation", in: 0.001...10_000)))
  }
}
