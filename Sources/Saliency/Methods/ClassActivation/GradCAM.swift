public import SaliencyCore

/// Grad-CAM: Σₖ wₖ Aₖ with wₖ the mean of the gradient over channel k (Selvaraju et al., "Grad-CAM", 2017).
public struct GradCAM: ActivationMapMethod {
  public let name = "grad-cam"
  public let layers: [LayerReference]

  /// - Parameter layers: the layers whose activations are weighed; the last that lies over the input where there are none.
  public init(layers: [LayerReference] = []) { self.layers = layers }

  public func map(of layer: ActivationPlanes) throws -> Value {
    let (activations, gradient) = (layer.activations, try layer.gradient())
    return (gradient.mean(layer.cells) * activations).sum([1])
  }

  static let entry = MethodEntry(
    "grad-cam", "the last layer's activations, weighed with their mean gradients", layersOf: GradCAM.init)
}
