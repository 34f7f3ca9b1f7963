public import SaliencyCore

/// Grad-CAM: Σₖ wₖ Aₖ with wₖ the mean of the gradient over channel k (Selvaraju et al., "Grad-CAM", 2017).
public struct GradCAM: ActivationMapMethod {
  public let name = "grad-cam"
  public let layer: LayerReference?

  /// - Parameter layer: the layer whose activations are weighed; the last with height and width where nil.
  public init(layer: LayerReference? = nil) { self.layer = layer }

  public func map(of activations: Value, gradient: Value) -> Value {
    (gradient.mean([2, 3]) * activations).sum([1])
  }

  static let entry = MethodEntry(
    "grad-cam", "the last layer's activations, weighed with their mean gradients", layerOf: GradCAM.init)
}
