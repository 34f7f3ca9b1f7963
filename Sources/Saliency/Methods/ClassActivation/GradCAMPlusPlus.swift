public import SaliencyCore

/// Grad-CAM++: Σₖ wₖ Aₖ with wₖ = Σᵢⱼ αₖᵢⱼ max(gₖᵢⱼ, 0) and α = g² / (2 g² + g³ Σ A), 0 where g is 0 (Chattopadhay et al.,
/// "Grad-CAM++", 2018).
public struct GradCAMPlusPlus: ActivationMapMethod {
  public let name = "grad-cam++"
  public let layer: LayerReference?

  /// - Parameter layer: the layer whose activations are weighed; the last with height and width where nil.
  public init(layer: LayerReference? = nil) { self.layer = layer }

  /// Keeps the quotient finite; other implementations have the same.
  private static let epsilon: Float = 1e-6

  public func map(of activations: Value, gradient: Value) -> Value {
    let square = gradient.squared()
    let share =
      square / (2 * square + square * gradient * activations.sum([2, 3]) + Self.epsilon)
    return ((share * gradient.rectified()).sum([2, 3]) * activations).sum([1])
  }

  static let entry = MethodEntry(
    "grad-cam++", "Grad-CAM that weighs several places of one class better", layerOf: GradCAMPlusPlus.init)
}
