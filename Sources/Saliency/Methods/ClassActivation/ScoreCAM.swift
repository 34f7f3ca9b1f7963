public import SaliencyCore

/// Score-CAM: Σₖ wₖ Aₖ with w = softmax(f(x · Mₖ)) over the channels k, where Mₖ is the channel stretched to the input and scaled to 0…1 (Wang et
/// al., "Score-CAM: Score-Weighted Visual Explanations for Convolutional Neural Networks", 2020).
///
/// Runs the network forward alone, once a channel. The paper's increase over the score of a blank input is the same for all channels, and
/// the softmax does not see it. A channel of equal numbers masks everything.
public struct ScoreCAM: ChannelWeightMethod {
  public let name = "score-cam"
  public let layers: [LayerReference]

  /// - Parameter layers: the layers whose activations are weighed; the last that lies over the input where there are none.
  public init(layers: [LayerReference] = []) { self.layers = layers }

  public func weights(
    ofLayer position: Int, at input: Tensor, _ network: NetworkSampler
  ) async throws -> [Float] {
    try await network.meanScores(ofMasksOf: position, at: input, repeats: 1) { mask, _ in mask }.softmax()
  }

  static let entry = MethodEntry(
    "score-cam",
    "the last layer's activations, weighed by the scores of the input masked with each channel",
    options: [.layers]
  ) { options throws(SaliencyError) in Method(ScoreCAM(layers: try options.layers())) }
}

extension NetworkSampler {
  /// For each channel of a layer the mean score of the input under its masks.
  ///
  /// - Parameters:
  ///   - position: which of ``activations`` it is.
  ///   - input: one item.
  ///   - repeats: how many masks a channel has.
  ///   - vary: makes a mask of the channel, scaled to 0…1 in the input's size; called in order.
  func meanScores(
    ofMasksOf position: Int, at input: Tensor, repeats: Int, vary: ([Float], Int) -> [Float]
  ) async throws -> [Float] {
    let (activation, plane) = (activations[position], InputPlane(input.shape, channelAxis: channelAxis))
    let (stretching, values) = (activation.stretching(to: plane), input.values)
    var sums = [Double](repeating: 0, count: activation.planes.count)
    announce(sampleCount: activations.reduce(0) { $0 + $1.planes.count * repeats })
    var mask: [Float] = []
    try await run(count: sums.count * repeats) { index in
      let (channel, turn) = index.quotientAndRemainder(dividingBy: repeats)
      if turn == 0 { mask = stretching(activation.planes[channel]).scaledToUnit() }
      return Tensor(shape: input.shape, values: plane.product(of: values, vary(mask, turn)))
    } _: { sample in
      sums[sample.index / repeats] += Double(sample.score)
    }
    return sums.map { Float($0 / Double(repeats)) }
  }
}
