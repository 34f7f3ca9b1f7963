public import SaliencyCore

/// Grad-CAM++: Σₖ wₖ Aₖ with wₖ = Σᵢⱼ αₖᵢⱼ max(gₖᵢⱼ, 0) and α = g² / (2 g² + g³ Σ A), 0 where g is 0 (Chattopadhay et al.,
/// "Grad-CAM++", 2018).
public struct GradCAMPlusPlus: ActivationMapMethod {
  public let name = "grad-cam++"
  public let layers: [LayerReference]

  /// - Parameter layers: the layers whose activations are weighed; the last that lies over the input where there are none.
  public init(layers: [LayerReference] = []) { self.layers = layers }

  /// Keeps the quotient finite; other implementations have the same.
  private static let epsilon: Float = 1e-6

  public func map(of layer: ActivationPlanes) throws -> Value {
    let (activations, gradient) = (layer.activations, try layer.gradient())
    let square = gradient.squared()
    let share =
      square / (2 * square + square * gradient * activations.sum(layer.cells) + Self.epsilon)
    return ((share * gradient.rectified()).sum(layer.cells) * activations).sum([1])
  }

  static let entry = MethodEntry(
    "grad-cam++", aliases: ["grad-cam-plus-plus", "gradcampp"],
    "Grad-CAM that weighs several places of one class better", layersOf: GradCAMPlusPlus.init)
}
