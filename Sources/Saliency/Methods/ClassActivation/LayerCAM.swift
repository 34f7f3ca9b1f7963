public import SaliencyCore

/// LayerCAM: Σₖ max(gₖ, 0) · Aₖ, element by element, which gives clear maps of early layers too (Jiang et al., "LayerCAM", 2021).
public struct LayerCAM: ActivationMapMethod {
  public let name = "layer-cam"
  public let layer: LayerReference?

  /// - Parameter layer: the layer whose activations are weighed; the last with height and width where nil.
  public init(layer: LayerReference? = nil) { self.layer = layer }

  public func map(of activations: Value, gradient: Value) -> Value {
    (gradient.rectified() * activations).sum([1])
  }

  static let entry = MethodEntry(
    "layer-cam", "a layer's activations times their positive gradients, for early layers too",
    layerOf: LayerCAM.init)
}
