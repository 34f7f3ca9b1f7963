public import SaliencyCore

/// XGrad-CAM: Σₖ wₖ Aₖ with wₖ = Σᵢⱼ gₖᵢⱼ Aₖᵢⱼ / Σᵢⱼ Aₖᵢⱼ (Fu et al., "Axiom-based Grad-CAM", 2020).
public struct XGradCAM: ActivationMapMethod {
  public let name = "xgrad-cam"
  public let layer: LayerReference?

  /// - Parameter layer: the layer whose activations are weighed; the last with height and width where nil.
  public init(layer: LayerReference? = nil) { self.layer = layer }

  /// Keeps the quotient finite; other implementations have the same.
  private static let epsilon: Float = 1e-7

  public func map(of activations: Value, gradient: Value) -> Value {
    let weights = (gradient * activations / (activations.sum([2, 3]) + Self.epsilon)).sum([2, 3])
    return (weights * activations).sum([1])
  }

  static let entry = MethodEntry(
    "xgrad-cam", "Grad-CAM with weights that obey two axioms", layerOf: XGradCAM.init)
}
