public import SaliencyCore

/// HiRes-CAM: Σₖ gₖ · Aₖ, element by element (Draelos and Carin, "Use HiResCAM instead of Grad-CAM", 2020).
///
/// Where only pooling and linear layers follow, it shows just what the network adds up.
public struct HiResCAM: ActivationMapMethod {
  public let name = "hires-cam"
  public let layer: LayerReference?

  /// - Parameter layer: the layer whose activations are weighed; the last with height and width where nil.
  public init(layer: LayerReference? = nil) { self.layer = layer }

  public func map(of activations: Value, gradient: Value) -> Value { (gradient * activations).sum([1]) }

  static let entry = MethodEntry(
    "hires-cam", "the last layer's activations times their gradients, place by place", layerOf: HiResCAM.init)
}
