public import SaliencyCore

/// LayerCAM: Σₖ max(gₖ, 0) · Aₖ, element by element, which gives clear maps of early layers too (Jiang et al., "LayerCAM", 2021).
public struct LayerCAM: ActivationMapMethod {
  public let name = "layer-cam"
  public let layers: [LayerReference]

  /// - Parameter layers: the layers whose activations are weighed; the last that lies over the input where there are none.
  public init(layers: [LayerReference] = []) { self.layers = layers }

  public func map(of layer: ActivationPlanes) throws -> Value {
    let (activations, gradient) = (layer.activations, try layer.gradient())
    return (gradient.rectified() * activations).sum([1])
  }

  static let entry = MethodEntry(
    "layer-cam", "a layer's activations times their positive gradients, for early layers too",
    layersOf: LayerCAM.init)
}
