public import SaliencyCore

/// Guided Grad-CAM: guided backpropagation times Grad-CAM, element by element (Selvaraju et al., "Grad-CAM", 2017).
public struct GuidedGradCAM: GraphMethod {
  public let name = "guided-grad-cam"
  /// The layers of Grad-CAM; the last that lies over the input where there are none.
  public let layers: [LayerReference]

  /// - Parameter layers: the layers of Grad-CAM; the last that lies over the input where there are none.
  public init(layers: [LayerReference] = []) { self.layers = layers }

  public var defaultModifier: GradientModifier { .absolute }

  public func attribution(_ context: MethodContext) throws -> Value {
    try Gradient.guided.attribution(context) * GradCAM(layers: layers).attribution(context)
  }

  public var options: [MethodOption] {
    [.layers(layers)]
  }

  static let entry = MethodEntry(
    "guided-grad-cam", "guided backpropagation within Grad-CAM's region", layersOf: GuidedGradCAM.init)
}
