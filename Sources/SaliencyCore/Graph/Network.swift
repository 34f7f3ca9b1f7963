/// A trained network as a graph, with the names that its user knows.
public struct Network: Sendable {
  /// A named value of the network.
  public struct Port: Sendable, Hashable {
    /// The name in the model.
    public let name: String
    /// The index of the node in the graph.
    public let node: Int
    /// The extents, outermost first.
    public let shape: Shape

    /// A named value.
    public init(name: String, node: Int, shape: Shape) {
      self.name = name
      self.node = node
      self.shape = shape
    }
  }

  /// A node of the model as its user knows it; it may have become several nodes of the graph.
  ///
  /// A layer that is called several times is one for each call.
  public struct Layer: Sendable, Hashable {
    /// The name in the model; from the second call on with the number of the call, as in "conv#2".
    public let name: String
    /// The name in the model, which all calls of the layer share.
    public let layerName: String
    /// Which call of the layer this is, from 1 on.
    public let call: Int
    /// The operator or kind of layer in the model, such as "Conv".
    public let kind: String
    /// The index of the graph's node that computes the layer's first result.
    public let node: Int
    /// The extents of the result.
    public let shape: Shape
    /// The number under which users ask for the layer, from 0 on; nil for one that has a name alone.
    public let index: Int?

    /// A layer, or one of its calls, counted from 1.
    ///
    /// - Precondition: `call` is at least 1.
    public init(name: String, call: Int = 1, kind: String, node: Int, shape: Shape, index: Int?) {
      precondition(call >= 1, "Calls are counted from 1.")
      self.name = call == 1 ? name : "\(name)#\(call)"
      (layerName, self.call) = (name, call)
      self.kind = kind
      self.node = node
      self.shape = shape
      self.index = index
    }
  }

  /// The nodes.
  public let graph: Graph
  /// What the network is given.
  public let inputs: [Port]
  /// What the network gives.
  public let outputs: [Port]
  /// The layers in the order of the model, without those that depend on no input.
  public let layers: [Layer]
  /// Whether tensors have their channels as the last axis, as in Keras, and not as the second.
  public let channelsAreLast: Bool

  /// A network from its parts.
  public init(
    graph: Graph, inputs: [Port], outputs: [Port], layers: [Layer], channelsAreLast: Bool = false
  ) {
    self.graph = graph
    self.inputs = inputs
    self.outputs = outputs
    self.layers = layers
    self.channelsAreLast = channelsAreLast
  }
}

extension Network {
  /// The label of the input that stands for a layer in a network that was cut there.
  package static let activationLabel = "saliency/activation"

  /// The same network, given the activation of a layer instead of computing it; other calls of the layer are not listed.
  package func cut(at layer: Layer) -> Network {
    var nodes = graph.nodes
    nodes[layer.node] = Node(
      operation: Input(shape: layer.shape, label: Self.activationLabel), operands: [], shape: layer.shape,
      name: layer.name)
    return Network(
      graph: Graph(nodes: nodes, outputs: graph.outputs), inputs: inputs, outputs: outputs,
      layers: layers.filter { $0.call == layer.call || $0.layerName != layer.layerName },
      channelsAreLast: channelsAreLast)
  }
}
