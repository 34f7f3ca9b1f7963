public import SaliencyCore

/// XGrad-CAM: Σₖ wₖ Aₖ with wₖ = Σᵢⱼ gₖᵢⱼ Aₖᵢⱼ / Σᵢⱼ Aₖᵢⱼ (Fu et al., "Axiom-based Grad-CAM", 2020).
public struct XGradCAM: ActivationMapMethod {
  public let name = "xgrad-cam"
  public let layers: [LayerReference]

  /// - Parameter layers: the layers whose activations are weighed; the last that lies over the input where there are none.
  public init(layers: [LayerReference] = []) { self.layers = layers }

  /// Keeps the quotient finite; other implementations have the same.
  private static let epsilon: Float = 1e-7

  public func map(of layer: ActivationPlanes) throws -> Value {
    let (activations, gradient) = (layer.activations, try layer.gradient())
    let weights = (gradient * activations / (activations.sum(layer.cells) + Self.epsilon)).sum(layer.cells)
    return (weights * activations).sum([1])
  }

  static let entry = MethodEntry(
    "xgrad-cam", "Grad-CAM with weights that obey two axioms", layersOf: XGradCAM.init)
}
