public import SaliencyCore

/// Gradients at noisy copies of the input, taken together: their mean (Smilkov et al., "SmoothGrad", 2017), the mean of their squares
/// (Hooker et al., "A Benchmark for Interpretability Methods", 2019) or their variance, VarGrad (Adebayo et al., "Local Explanation
/// Methods", 2018).
public struct SmoothGrad: SamplingMethod {
  /// What is made of the gradients at the copies.
  public enum Statistic: String, Sendable, CaseIterable {
    /// The mean.
    case mean
    /// The mean of the squares.
    case squares
    /// The variance: the mean of the squares less the square of the mean.
    case variance
  }

  /// What is made of the gradients at the copies.
  public let statistic: Statistic
  /// The number of noisy copies.
  public let samples: Int
  /// The noise's standard deviation as a share of the input's range, largest less smallest number.
  public let noise: Float
  /// Where the random numbers start; the same seed gives the same bytes.
  public let seed: UInt64
  public let sampled: (any GraphMethod)?

  /// - Precondition: `samples` is at least 1.
  public init(
    _ statistic: Statistic = .mean, samples: Int = 50, noise: Float = 0.15, seed: UInt64 = 0,
    of method: some GraphMethod = Gradient()
  ) {
    precondition(samples >= 1, "`samples` must be at least 1")
    self.statistic = statistic
    (self.samples, self.noise, self.seed, sampled) = (samples, noise, seed, method)
  }

  public var takesSeveralInputs: Bool { true }
  public var name: String {
    switch statistic {
    case .mean: "smoothgrad"
    case .squares: "smoothgrad-squared"
    case .variance: "vargrad"
    }
  }

  public var samplingForm: SamplingForm { SamplingForm(layerSamples: .inputs) }
  public var defaultModifier: GradientModifier { .absolute }

  public var isPerUnit: Bool { true }

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    try await sampledAverage.attribution(of: input, network)
  }

  public var options: [MethodOption] {
    [.init("samples", samples), .init("noise", noise), .init("seed", seed)]
      + (sampled.map { $0.name == "gradient" ? [] : [.init("of", $0.name)] } ?? [])
  }

  static let entries = [
    entry(.mean, "the mean of gradients at noisy copies of the input"),
    entry(.squares, "the mean of squared gradients at noisy copies of the input"),
    entry(.variance, "the variance of gradients at noisy copies of the input"),
  ]

  private static func entry(_ statistic: Statistic, _ summary: String) -> MethodEntry {
    MethodEntry(
      SmoothGrad(statistic).name, summary,
      options: [
        .init(name: "samples", standard: "50", summary: "noisy copies"),
        .init(name: "noise", standard: "0.15", summary: "standard deviation as a share of the input's range"),
        .seed,
      ]
    ) { options throws(SaliencyError) in
      Method(
        SmoothGrad(
          statistic, samples: try options.integer("samples", in: 1...1_000_000),
          noise: try options.number("noise", in: 0...1_000), seed: try options.seed()))
    }
  }
}

extension SmoothGrad: AveragingMethod {
  var sampledAverage: SampledAverage {
    let average: SampledAverage.Average =
      switch statistic {
      case .mean: .mean
      case .squares: .meanSquare
      case .variance: .variance
      }
    return SampledAverage(
      line: .spread(noise), positions: .normal(count: samples, seed: seed), average: average,
      isTimesDirection: false)
  }
}

extension MethodOptions {
  /// The seed of the option "seed".
  func seed() throws(SaliencyError) -> UInt64 { UInt64(try integer("seed", in: 0...Int.max)) }
}
