public import SaliencyCore

/// IS-CAM: Score-CAM integrated over the strength of masks, Σₖ wₖ Aₖ with w = softmax(mean f(x · i/n · Mₖ)) over i = 1 … n (Naidu et al., "IS-CAM:
/// Integrated Score-CAM for axiomatic-based explanations", 2020).
///
/// Runs the network forward alone, `steps` times a channel.
public struct ISCAM: ChannelWeightMethod {
  public let name = "is-cam"
  public let layers: [LayerReference]
  /// The number of strengths.
  public let steps: Int

  /// - Precondition: `steps` is at least 1.
  public init(layers: [LayerReference] = [], steps: Int = 10) {
    precondition(steps >= 1, "`steps` must be at least 1")
    (self.layers, self.steps) = (layers, steps)
  }

  public func weights(
    ofLayer position: Int, at input: Tensor, _ network: NetworkSampler
  ) async throws -> [Float] {
    try await network.meanScores(ofMasksOf: position, at: input, repeats: steps) { mask, turn in
      let strength = Float(turn + 1) / Float(steps)
      return mask.map { $0 * strength }
    }.softmax()
  }

  public var options: [MethodOption] {
    [.layers(layers), .init("steps", steps)]
  }

  static let entry = MethodEntry(
    "is-cam", "Score-CAM integrated over the strength of the masks",
    options: [.layers, .init(name: "steps", standard: "10", summary: "strengths of a mask")]
  ) { options throws(SaliencyError) in
    Method(ISCAM(layers: try options.layers(), steps: try options.integer("steps", in: 1...100_000)))
  }
}
