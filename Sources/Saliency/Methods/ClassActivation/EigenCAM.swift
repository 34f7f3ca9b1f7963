public import SaliencyCore

/// Eigen-CAM: the activations of each place, projected on the direction in which places differ most, their first principal component (Muhammad
/// and Yeasin, "Eigen-CAM", 2020).
///
/// It asks for no class and takes no gradient: the map shows what stands out, the same for every target. A principal component has no
/// sign of its own; the place that lies farthest out is taken as positive.
public struct EigenCAM: ActivationMapMethod {
  public let name = "eigen-cam"
  public let layers: [LayerReference]

  /// - Parameter layers: the layers whose activations are looked at; the last that lies over the input where there are none.
  public init(layers: [LayerReference] = []) { self.layers = layers }

  public func map(of layer: ActivationPlanes) -> Value { layer.activations.projectedOnFirstComponent() }

  static let entry = MethodEntry(
    "eigen-cam", "the first principal component of the last layer's activations, whatever the class",
    layersOf: EigenCAM.init)
}

extension Value {
  /// The cells of batch×channels×cells on their first principal component, batch×1×cells.
  func projectedOnFirstComponent() -> Value {
    let cells = shape.dropFirst(2)
    return reshaped(to: [shape[0], shape[1], cells.reduce(1, *)]).applying(PrincipalComponent())
      .reshaped(to: [shape[0], 1] + cells)
  }
}
