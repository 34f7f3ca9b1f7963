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
  public var defaultModifier: GradientModifier { .relu }
  public var options: [MethodOption] { [.layers(layers)] }
  public var sampled: (any GraphMethod)? { nil }

  public func activationLayers(_ context: MethodContext) throws -> [ActivationLayer] {
    try context.activationLayers(layers)
  }

  public func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    let plane = InputPlane(input.shape, channelAxis: network.channelAxis)
    var sum = [Float](repeating: 0, count: plane.count)
    for (position, activation) in network.activations.enumerated() {
      let map = try await weightedSum(ofLayer: position, at: input, network)
      let positive = map.map { max(Float($0), 0) }
      let single = network.activations.count == 1
      let stretched = activation.stretching(to: plane)(single ? positive : positive.scaledToUnit())
      for place in sum.indices { sum[place] += stretched[place] / Float(network.activations.count) }
    }
    return Tensor(shape: plane.shape, values: sum)
  }

  /// Σₖ wₖ Aₖ of a layer, a number for each of its places.
  func weightedSum(
    ofLayer position: Int, at input: Tensor, _ network: NetworkSampler
  ) async throws -> [Double] {
    let weights = try await weights(ofLayer: position, at: input, network)
    let planes = network.activations[position].planes
    var map = [Double](repeating: 0, count: planes[0].count)
    for (weight, plane) in zip(weights, planes) {
      for place in map.indices { map[place] += Double(weight) * Double(plane[place]) }
    }
    return map
  }
}

/// One channel of an input: a number for each of its places.
struct InputPlane {
  private let places: InputPlaces
  /// The shape of the input with one channel.
  let shape: Shape

  /// The plane of an input with a batch of 1.
  init(_ shape: Shape, channelAxis: Int?) {
    places = InputPlaces(of: shape, channelAxis: channelAxis)
    var shape = shape
    if let channelAxis { shape[channelAxis] = 1 }
    self.shape = shape
  }

  var extents: [Int] { places.extents }
  var count: Int { places.count }

  /// An input with each place multiplied by a number.
  func product(of input: [Float], _ mask: [Float]) -> [Float] {
    input.indices.map { input[$0] * mask[places.place(ofElement: $0)] }
  }
}

extension NetworkSampler.Activation {
  func stretching(to plane: InputPlane) -> MapStretching {
    MapStretching(from: layer.grid.extents, to: plane.extents)
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
