public import SaliencyCore

/// SS-CAM: Score-CAM with noise, Σₖ wₖ Aₖ with w = softmax(mean f(x · (Mₖ + δ))) over normal noise δ (Wang et al., "SS-CAM: Smoothed Score-CAM
/// for Sharper Visual Feature Localization", 2020).
///
/// Runs the network forward alone, `samples` times a channel; the paper takes 35 samples.
public struct SSCAM: ChannelWeightMethod {
  public let name = "ss-cam"
  public let layers: [LayerReference]
  /// The number of noisy masks a channel.
  public let samples: Int
  /// The standard deviation of the noise; masks reach from 0 to 1.
  public let noise: Float
  /// Where the random numbers start; the same seed gives the same bytes.
  public let seed: UInt64

  /// - Precondition: `samples` is at least 1.
  public init(layers: [LayerReference] = [], samples: Int = 10, noise: Float = 2, seed: UInt64 = 0) {
    precondition(samples >= 1, "`samples` must be at least 1")
    (self.layers, self.samples, self.noise, self.seed) = (layers, samples, noise, seed)
  }

  public func weights(
    ofLayer position: Int, at input: Tensor, _ network: NetworkSampler
  ) async throws -> [Float] {
    var random = GaussianNoise(seed: seed &+ UInt64(position))
    return try await network.meanScores(ofMasksOf: position, at: input, repeats: samples) { mask, _ in
      noise == 0 ? mask : mask.map { $0 + noise * random.next() }
    }.softmax()
  }

  public var options: [MethodOption] {
    [.layers(layers), .init("samples", samples), .init("noise", noise), .init("seed", seed)]
  }

  static let entry = MethodEntry(
    "ss-cam", "Score-CAM with noise on the masks",
    options: [
      .layers, .init(name: "samples", standard: "10", summary: "noisy masks a channel"),
      .init(
        name: "noise", standard: "2", summary: "standard deviation of the noise; masks reach from 0 to 1"),
      .seed,
    ]
  ) { options throws(SaliencyError) in
    Method(
      SSCAM(
        layers: try options.layers(), samples: try options.integer("samples", in: 1...100_000),
        noise: try options.number("noise", in: 0...1_000), seed: try options.seed()))
  }
}
