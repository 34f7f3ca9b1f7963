/// What the samples of a ``SamplingMethod`` are, and in which order they run.
public struct SamplingForm: Sendable, Hashable {
  /// What a method samples where it is asked with respect to a layer.
  public enum LayerSamples: Sendable, Hashable {
    /// Nothing: the method is about the network's input, and cannot be asked with respect to a layer.
    case none
    /// Inputs; ``SamplingMethod/sampled`` is taken with respect to the layer.
    case inputs
    /// Inputs, as for ``inputs``; each sample also has the layer's activation, or the input where the method is asked with respect to that, as
    /// ``NetworkSampler/Sample/attributionTarget``.
    case inputsWithTargets
    /// Activations of the layer: the method is asked of the network from the layer on, and its input is an activation, too.
    case activations
  }

  /// In which order samples run.
  public enum Order: Sendable, Hashable {
    /// Some at a time.
    case batches
    /// One by one, as each depends on what came of the one before.
    case oneByOne
  }

  /// What is sampled where the method is asked with respect to a layer.
  public var layerSamples: LayerSamples
  /// In which order samples run.
  public var order: Order
  /// Whether activations of ``SamplingMethod/activationLayers(_:)`` are sampled, too, by ``NetworkSampler/entering(_:)``.
  public var entersActivationLayers: Bool

  /// A form, by default that of methods which sample inputs, some at a time, and are not for layers.
  public init(
    layerSamples: LayerSamples = .none, order: Order = .batches, entersActivationLayers: Bool = false
  ) {
    (self.layerSamples, self.order) = (layerSamples, order)
    self.entersActivationLayers = entersActivationLayers
  }
}
