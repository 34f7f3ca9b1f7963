public import SaliencyCore

/// HiRes-CAM: Σₖ gₖ · Aₖ, element by element (Draelos and Carin, "Use HiResCAM instead of Grad-CAM", 2020).
///
/// Where only pooling and linear layers follow, it shows just what the network adds up.
public struct HiResCAM: ActivationMapMethod {
  public let name = "hires-cam"
  public let layers: [LayerReference]

  /// - Parameter layers: the layers whose activations are weighed; the last that lies over the input where there are none.
  public init(layers: [LayerReference] = []) { self.layers = layers }

  public func map(of layer: ActivationPlanes) throws -> Value {
    (try layer.gradient() * layer.activations).sum([1])
  }

  static let entry = MethodEntry(
    "hires-cam", "the last layer's activations times their gradients, place by place", layersOf: HiResCAM.init
  )
}
