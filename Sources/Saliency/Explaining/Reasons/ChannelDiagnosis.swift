import SaliencyCore

/// What a method that weighs channels finds at each layer before it cuts off what is below zero, one row an item.
struct ChannelDiagnosis: SamplingMethod {
  /// What was found at a layer.
  struct Finding {
    /// The largest number of the map.
    let largest: Float
    /// The smallest number of the map.
    let smallest: Float
    /// The largest magnitude of the activation.
    let activation: Float
  }

  private let method: any ChannelWeightMethod

  init(of method: any ChannelWeightMethod) { self.method = method }

  var name: String { method.name }
  var sampled: (any GraphMethod)? { method.sampled }
  var samplingForm: SamplingForm { method.samplingForm }

  func activationLayers(_ context: MethodContext) throws -> [ActivationLayer] {
    try method.activationLayers(context)
  }

  func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
    var numbers: [Float] = []
    for (position, activation) in network.activations.enumerated() {
      let map = try await method.weightedSum(ofLayer: position, at: input, network)
      numbers += [
        Float(map.max() ?? 0), Float(map.min() ?? 0),
        activation.planes.lazy.joined().reduce(0) { max($0, abs($1)) },
      ]
    }
    return Tensor(shape: [1, numbers.count], values: numbers)
  }

  /// What was found of an item, a finding for each layer.
  func findings(in answer: Tensor, item: Int) -> [Finding] {
    let values = answer.values
    return stride(from: item * answer.shape[1], to: (item + 1) * answer.shape[1], by: 3).map {
      Finding(largest: values[$0], smallest: values[$0 + 1], activation: values[$0 + 2])
    }
  }
}
