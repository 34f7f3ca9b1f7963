public import SaliencyCore

/// CAM: Σₖ wₖ Aₖ with wₖ the weight that a class gives to channel k, in networks that end with the mean over all places and a linear layer (Zhou
/// et al., "Learning Deep Features for Discriminative Localization", 2016).
///
/// Nothing is cut off: the mean of a layer's map is the score but for biases. Other networks are an error; Grad-CAM and HiRes-CAM are what
/// CAM became for them.
public struct CAM: ActivationMapMethod {
  public let name = "cam"
  public let layers: [LayerReference]

  /// - Parameter layers: the layers whose activations are weighed; the last that lies over the input where there are none.
  public init(layers: [LayerReference] = []) { self.layers = layers }

  public var isSigned: Bool { true }

  public func map(of layer: ActivationPlanes) throws -> Value {
    let gradient = try layer.gradient()
    // A gradient that does not depend on the input is that of something linear.
    guard Self.isPooled(layer), gradient.path(from: layer.context.input).isEmpty else {
      throw SaliencyError(
        .invalidSetting,
        "method 'cam' is for networks that end with the mean over all places of a layer and linear layers, and what follows on layer "
          + "'\(layer.layer.layer.name.printable())' is something else; take grad-cam or hires-cam")
    }
    return (gradient.sum(layer.cells) * layer.activations).sum([1])
  }

  /// Whether the mean over all places is all that reads a layer on the way to what is explained, but for changes of shape.
  private static func isPooled(_ layer: ActivationPlanes) -> Bool {
    let path = layer.context.explained.path(from: layer.source)
    let nodes = layer.context.network.graph.nodes
    let places = layer.layer.grid.count
    var moved: Set<Int> = [layer.source.index]
    var isPooled = false
    for (index, node) in nodes.enumerated() where path.contains(index) {
      guard let operand = node.operands.first(where: moved.contains) else { continue }
      let shape = nodes[operand].shape
      switch node.operation {
      case is Reshape, is Transpose: moved.insert(index)
      case let mean as Reduction:
        guard mean.axes.reduce(1, { $0 * shape[$1] }) == places else { return false }
        isPooled = true
      case is AveragePooling:
        guard shape.elementCount == node.shape.elementCount * places else { return false }
        isPooled = true
      default: return false
      }
    }
    return isPooled
  }

  static let entry = MethodEntry(
    "cam", "the last layer's activations, weighed as the class weighs them, in networks that end with a mean",
    layersOf: CAM.init)
}
