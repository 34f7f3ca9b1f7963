public import SaliencyCore

/// Ablation-CAM: Σₖ wₖ Aₖ with wₖ = (f − f₋ₖ) / |f|, the share of the score that is lost where channel k is 0 (Desai and Ramaswamy, "Ablation-CAM: Visual
/// Explanations for Deep Convolutional Network via Gradient-free Localization", 2020).
///
/// Runs the part of the network behind the layer, forward alone, once a channel. The paper divides by f, which turns the map over where the
/// score is negative; its magnitude does not.
public struct AblationCAM: ChannelWeightMethod {
  public let name = "ablation-cam"
  public let layers: [LayerReference]

  /// - Parameter layers: the layers whose activations are weighed; the last that lies over the input where there are none.
  public init(layers: [LayerReference] = []) { self.layers = layers }

  public var samplingForm: SamplingForm { SamplingForm(entersActivationLayers: true) }

  public func weights(
    ofLayer position: Int, at input: Tensor, _ network: NetworkSampler
  ) async throws -> [Float] {
    let activation = network.activations[position]
    let (shape, values) = (activation.tensor.shape, activation.tensor.values)
    // Where there is one channel, everything is it.
    let axis = activation.layer.grid.channelAxis
    let inner = axis.map { shape[($0 + 1)...].reduce(1, *) } ?? values.count
    let channels = axis.map { shape[$0] } ?? 1
    network.announce(sampleCount: network.activations.reduce(0) { $0 + $1.planes.count + 1 })
    var scores: [Float] = []
    // The activation as it is comes first.
    try await network.entering(position).run(count: channels + 1) { index in
      guard index > 0 else { return activation.tensor }
      var ablated = values
      for outer in stride(from: (index - 1) * inner, to: values.count, by: channels * inner) {
        for element in outer..<outer + inner { ablated[element] = 0 }
      }
      return Tensor(shape: shape, values: ablated)
    } _: { sample in
      scores.append(sample.score)
    }
    let scale = max(abs(scores[0]), .leastNormalMagnitude)
    return scores.dropFirst().map { (scores[0] - $0) / scale }
  }

  static let entry = MethodEntry(
    "ablation-cam", "the last layer's activations, weighed by what the score loses without each channel",
    options: [.layers]
  ) { options throws(SaliencyError) in Method(AblationCAM(layers: try options.layers())) }
}
