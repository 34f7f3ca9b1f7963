public import SaliencyCore

/// Expected gradients, or GradientSHAP: the mean of (x − x′) · ∂f(x′ + α (x − x′))/∂x over random baselines x′ and random α from 0 to 1
/// (Erion et al., "Improving Performance of Deep Learning Models with Axiomatic Attribution Priors and Expected Gradients", 2021).
public struct ExpectedGradients: SamplingMethod {
  public var takesSeveralInputs: Bool { true }
  public let name = "expected-gradients"
  /// The number of points.
  public let samples: Int
  /// The baselines that are drawn from.
  public let baselines: [Baseline]
  /// The standard deviation of noise on the input, as a share of its range.
  public let noise: Float
  /// Where the random numbers start; the same seed gives the same bytes.
  public let seed: UInt64

  /// - Precondition: there is at least one sample and one baseline.
  public init(samples: Int = 50, baselines: [Baseline] = [.zeros], noise: Float = 0, seed: UInt64 = 0) {
    precondition(
      samples >= 1 && !baselines.isEmpty,
      "`samples` must be at least 1, and `baselines` must have at least one")
    (self.samples, self.baselines, self.noise, self.seed) = (samples, baselines, noise, seed)
  }

  public var samplingForm: SamplingForm { SamplingForm(layerSamples: .activations) }

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    var starts: [[Float]] = []
    for baseline in baselines { starts.append(try await network.start(baseline).values) }
    let values = input.values
    let deviations = network.deviations(noise, of: values)
    var random = SplitMix64(seed: seed)
    var gaussian = GaussianNoise(seed: seed &+ 1)
    // The difference belongs to the gradient that comes of the same point.
    var differences: [Int: [Float]] = [:]
    var sum = [Double](repeating: 0, count: values.count)
    try await network.run(count: samples) { index in
      let start = starts[Int.random(in: 0..<starts.count, using: &random)]
      let alpha = Float(random.nextShare())
      let end = noise == 0 ? values : zip(values, deviations).map { $0 + $1 * gaussian.next() }
      let difference = zip(end, start).map { $0 - $1 }
      differences[index] = difference
      return Tensor(shape: input.shape, values: zip(start, difference).map { $0 + alpha * $1 })
    } _: { sample in
      let difference = differences.removeValue(forKey: sample.index)!
      for (index, gradient) in sample.attribution!.values.enumerated() {
        sum[index] += Double(gradient) * Double(difference[index])
      }
    }
    return Tensor(shape: input.shape, values: sum.map { Float($0 / Double(samples)) })
  }

  public var options: [MethodOption] {
    [
      .init("samples", samples), .init("baseline", baselines.map(\.text).joined(separator: "/")),
      .init("noise", noise), .init("seed", seed),
    ]
  }

  static let entry = MethodEntry(
    "expected-gradients", aliases: ["gradient-shap"],
    "integrated gradients over random baselines and points",
    options: [
      .init(name: "samples", standard: "50", summary: "random points"),
      .baseline,
      .init(name: "noise", standard: "0", summary: "noise on the input, as a share of its range"),
      .seed,
    ]
  ) { options throws(SaliencyError) in
    Method(
      ExpectedGradients(
        samples: try options.integer("samples", in: 1...1_000_000), baselines: [try options.baseline()],
        noise: try options.number("noise", in: 0...1_000), seed: try options.seed()))
  }
}
