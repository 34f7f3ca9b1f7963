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
    precondition(samples >= 1, "A mean has at least one sample.")
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

  public var isForInputAlone: Bool { false }
  public var defaultModifier: GradientModifier { .absolute }

  public var isPerUnit: Bool { true }

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    let values = input.values
    let deviations = network.deviations(noise, of: values)
    var random = GaussianNoise(seed: seed)
    var (sum, squares): ([Double], [Double]) = ([], [])
    var shape = input.shape
    try await network.run(count: samples) { _ in
      Tensor(shape: input.shape, values: zip(values, deviations).map { $0 + $1 * random.next() })
    } _: { sample in
      let gradient = sample.attribution!
      if sum.isEmpty {
        shape = gradient.shape
        sum = [Double](repeating: 0, count: shape.elementCount)
        squares = sum
      }
      for (index, value) in gradient.values.enumerated() {
        sum[index] += Double(value)
        squares[index] += Double(value) * Double(value)
      }
    }
    let count = Double(samples)
    return Tensor(
      shape: shape,
      values: sum.indices.map { index in
        switch statistic {
        case .mean: Float(sum[index] / count)
        case .squares: Float(squares[index] / count)
        case .variance: Float(max(squares[index] / count - (sum[index] / count) * (sum[index] / count), 0))
        }
      })
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

extension MethodOptions {
  /// The seed of the option "seed".
  func seed() throws(SaliencyError) -> UInt64 { UInt64(try integer("seed", in: 0...Int.max)) }
}
