internal import LibC
public import SaliencyCore

/// A method of the CAM family that weighs a layer's channels by what the network says when it is run again: max(Σₖ wₖ Aₖ, 0).
///
/// The network runs forward alone. Layers, the map's size and several layers are as of an ``ActivationMapMethod``.
public protocol ChannelWeightMethod: SamplingMethod {
  /// The layers whose activations are weighed; found where there are none.
  var layers: [LayerReference] { get }
  /// The weights of a layer's channels.
  ///
  /// - Parameters:
  ///   - position: which of ``NetworkSampler/activations`` it is.
  ///   - input: one item.
  ///   - network: the network with its question.
  func weights(ofLayer position: Int, at input: Tensor, _ network: NetworkSampler) async throws -> [Float]
}

extension ChannelWeightMethod {
  public var usualModifier: GradientModifier { .relu }
  public var options: [MethodOption] { [.layers(layers)] }
  public var sampled: (any GraphMethod)? { nil }

  public func activationLayers(_ context: MethodContext) throws -> [ActivationLayer] {
    try context.activationLayers(layers)
  }

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    let picture = PicturePlane(input.shape, channelAxis: network.channelAxis)
    var sum = [Float](repeating: 0, count: picture.count)
    for (position, activation) in network.activations.enumerated() {
      let weights = try await weights(ofLayer: position, at: input, network)
      var map = [Double](repeating: 0, count: activation.planes[0].count)
      for (weight, plane) in zip(weights, activation.planes) {
        for place in map.indices { map[place] += Double(weight) * Double(plane[place]) }
      }
      let positive = map.map { max(Float($0), 0) }
      let single = network.activations.count == 1
      let stretched = activation.stretching(to: picture)(single ? positive : positive.scaledToUnit())
      for pixel in sum.indices { sum[pixel] += stretched[pixel] / Float(network.activations.count) }
    }
    return Tensor(shape: picture.shape, values: sum)
  }
}

/// One channel of a picture.
struct PicturePlane {
  private let places: InputPlaces
  /// Where the picture has its channels, 1 or 3.
  private let channelAxis: Int

  /// The plane of a picture of a batch of 1.
  init(_ shape: Shape, channelAxis: Int?) {
    self.channelAxis = channelAxis ?? 1
    places = InputPlaces(of: shape, channelAxis: self.channelAxis)
  }

  var height: Int { places.extents[0] }
  var width: Int { places.extents[1] }
  var count: Int { places.count }
  var shape: Shape { channelAxis == 1 ? [1, 1, height, width] : [1, height, width, 1] }

  /// A picture with each pixel multiplied by a number.
  func product(of picture: [Float], _ mask: [Float]) -> [Float] {
    picture.indices.map { picture[$0] * mask[places.place(ofElement: $0)] }
  }
}

extension NetworkSampler.Activation {
  func stretching(to picture: PicturePlane) -> PlaneStretching {
    PlaneStretching(from: (layer.grid.height, layer.grid.width), to: (picture.height, picture.width))
  }
}

extension [Float] {
  /// eˣ as shares of their sum.
  func softmax() -> [Float] {
    let largest = self.max() ?? 0
    let powers = map { exp(Double($0 - largest)) }
    let sum = powers.reduce(0, +)
    return powers.map { Float($0 / sum) }
  }
}
