public import SaliencyCore

/// EigenGrad-CAM: Eigen-CAM of activations times their gradients, gₖ · Aₖ, which tells classes apart (Gildenblat, pytorch-grad-cam, 2021, after
/// Muhammad and Yeasin, "Eigen-CAM", 2020).
public struct EigenGradCAM: ActivationMapMethod {
  public let name = "eigengrad-cam"
  public let layers: [LayerReference]

  /// - Parameter layers: the layers whose activations are looked at; the last that lies over the input where there are none.
  public init(layers: [LayerReference] = []) { self.layers = layers }

  public func map(of layer: ActivationPlanes) throws -> Value {
    (try layer.gradient() * layer.activations).projectedOnFirstComponent()
  }

  static let entry = MethodEntry(
    "eigengrad-cam", "the first principal component of the last layer's activations times their gradients",
    layersOf: EigenGradCAM.init)
}
