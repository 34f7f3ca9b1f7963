public import SaliencyCore

/// Guided Grad-CAM: guided backpropagation times Grad-CAM, element by element (Selvaraju et al., "Grad-CAM", 2017).
public struct GuidedGradCAM: GraphMethod {
  public let name = "guided-grad-cam"
  /// The layer of Grad-CAM; the last with height and width where nil.
  public let layer: LayerReference?

  /// - Parameter layer: the layer of Grad-CAM; the last with height and width where nil.
  public init(layer: LayerReference? = nil) { self.layer = layer }

  public var usualModifier: GradientModifier { .absolute }

  public func attribution(_ context: MethodContext) throws -> Value {
    try Gradient.guided.attribution(context) * GradCAM(layer: layer).attribution(context)
  }

  static let entry = MethodEntry(
    "guided-grad-cam", "guided backpropagation within Grad-CAM's region", layerOf: GuidedGradCAM.init)
}
