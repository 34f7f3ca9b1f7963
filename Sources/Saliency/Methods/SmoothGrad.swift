public import SaliencyCore

/// The mean of gradients at noisy copies of the input (Smilkov et al., "SmoothGrad", 2017).
public struct SmoothGrad: SamplingMethod {
  public let name = "smoothgrad"
  /// The number of noisy copies.
  public let samples: Int
  /// The noise's standard deviation as a share of the input's range, largest less smallest number.
  public let noise: Float
  /// Where the random numbers start; the same seed gives the same bytes.
  public let seed: UInt64
  public let sampled: (any GraphMethod)?

  /// - Precondition: `samples` is at least 1.
  public init(
    samples: Int = 50, noise: Float = 0.15, seed: UInt64 = 0, of method: some GraphMethod = Gradient()
  ) {
    precondition(samples >= 1, "A mean has at least one sample.")
    (self.samples, self.noise, self.seed, sampled) = (samples, noise, seed, method)
  }

  public var isForInputAlone: Bool { false }
  public var usualModifier: GradientModifier { .absolute }

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    let values = input.values
    let deviation = noise * ((values.max() ?? 0) - (values.min() ?? 0))
    var random = GaussianNoise(seed: seed)
    var sum: [Double] = []
    var shape = input.shape
    try await network.run(count: samples) { _ in
      Tensor(shape: input.shape, values: values.map { $0 + deviation * random.next() })
    } _: { sample in
      let gradient = sample.attribution!
      if sum.isEmpty {
        (sum, shape) = ([Double](repeating: 0, count: gradient.shape.elementCount), gradient.shape)
      }
      for (index, value) in gradient.values.enumerated() { sum[index] += Double(value) }
    }
    return Tensor(shape: shape, values: sum.map { Float($0 / Double(samples)) })
  }

  static let entry = MethodEntry(
    "smoothgrad", "the mean of gradients at noisy copies of the input",
    options: [
      .init(name: "samples", standard: "50", summary: "noisy copies"),
      .init(name: "noise", standard: "0.15", summary: "standard deviation as a share of the input's range"),
      .init(name: "seed", standard: "0", summary: "where the random numbers start"),
    ]
  ) { options throws(SaliencyError) in
    Method(
      SmoothGrad(
        samples: try options.integer("samples", in: 1...1_000_000),
        noise: try options.number("noise", in: 0...1_000),
        seed: UInt64(try options.integer("seed", in: 0...Int.max))))
  }
}
