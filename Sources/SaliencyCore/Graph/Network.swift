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
      precondition(call >= 1, "`call` must be at least 1")
      self.name = call == 1 ? name : "\(name)#\(call)"
      (layerName, self.call) = (name, call)
      self.kind = kind
      self.node = node
      self.shape = shape
      self.index = index
    }
  }

  /// A node of the model that cannot be computed. What does not depend on it can be asked all the same.
  public struct BlockedLayer: Sendable, Hashable {
    /// The name in the model.
    public let name: String
    /// The operator or kind of layer in the model.
    public let kind: String
    /// Why it cannot be computed: a clause; nil where that lies at others that it depends on.
    public let reason: String?
    /// The layers that it depends on and that cannot be computed either, by their position in `blockedLayers`.
    public let causes: [Int]
    /// The names of the layers that its operands come from and that can be computed.
    public let precedingLayers: [String]
    /// How many of the network's layers stand before it in the model.
    public let position: Int
    /// What the format calls it.
    package let kinds: UnsupportedKinds

    /// A layer that cannot be computed.
    package init(
      name: String, kind: String, reason: String?, causes: [Int], precedingLayers: [String], position: Int,
      kinds: UnsupportedKinds
    ) {
      self.kinds = kinds
      self.name = name
      self.kind = kind
      self.reason = reason
      self.causes = causes
      self.precedingLayers = precedingLayers
      self.position = position
    }
  }

  /// What a file says of itself beside the network.
  package struct FileNotes: Sendable {
    /// Its properties, by key.
    package var properties: [String: String]
    /// How many classes it names; nil where it names none.
    package var classCount: Int?
    /// The program that wrote it; empty where that is not said.
    package var producer: String

    /// What a file says.
    package init(properties: [String: String] = [:], classCount: Int? = nil, producer: String = "") {
      (self.properties, self.classCount, self.producer) = (properties, classCount, producer)
    }
  }

  /// The operands of a suppression of overlapping boxes.
  package struct Suppression: Sendable {
    /// The node of the boxes, items×boxes×4.
    package var boxes: Int
    /// The node of the scores, items×classes×boxes.
    package var scores: Int
    /// Whether a box is its middle, width and height, and not two corners.
    package var isCentered: Bool

    /// The operands by their nodes.
    package init(boxes: Int, scores: Int, isCentered: Bool) {
      (self.boxes, self.scores, self.isCentered) = (boxes, scores, isCentered)
    }
  }

  /// The nodes.
  public let graph: Graph
  /// What the network is given.
  public let inputs: [Port]
  /// What the network gives. One that cannot be computed has its place; see ``obstacle(to:)``.
  public let outputs: [Port]
  /// The layers in the order of the model, without those that depend on no input and those that cannot be computed.
  public let layers: [Layer]
  /// The layers that cannot be computed, in the order of the model.
  public let blockedLayers: [BlockedLayer]
  /// Whether tensors have their channels as the last axis, as in Keras, and not as the second.
  public let channelsAreLast: Bool
  /// How the model has the items of its input, and the node that has the input's numbers so, where ``inputs`` has them in front.
  package private(set) var arrangement: (input: InputArrangement, node: Int)?
  /// The roles of axes that the user or a file said, by the name of the input, output or layer.
  package var saidRoles: [String: SaidRoles] = [:]
  /// The axes along which nodes were proved to have items, where one item does not show it.
  package var provenItemAxes: [Int: Int] = [:]
  /// The final arg-max, where the first output is what it chooses from: the axis along which it looks for the best unit, and what it gives.
  package var finalArgMax: (axis: Int, output: Port)?
  /// What the file says of itself.
  package var fileNotes = FileNotes()
  /// What the model's own suppression of overlapping boxes is given, where it has one that cannot be computed.
  package var suppression: Suppression?

  /// A network from its parts.
  public init(
    graph: Graph, inputs: [Port], outputs: [Port], layers: [Layer], blockedLayers: [BlockedLayer] = [],
    channelsAreLast: Bool = false
  ) {
    self.graph = graph
    self.inputs = inputs
    self.outputs = outputs
    self.layers = layers
    self.blockedLayers = blockedLayers
    self.channelsAreLast = channelsAreLast
  }
}

extension Network {
  /// What keeps an output from being computed, and which layers before it can be asked; nil where it can be computed.
  ///
  /// Where it cannot, whatever is made of its node fails with this message.
  public func obstacle(to output: Port) -> String? {
    (graph.nodes[output.node].operation as? Unavailable)?.message
  }

  /// The model's own outputs that can be computed.
  public var availableOutputs: [Port] {
    let own = finalArgMax.map { [$0.output] + outputs.dropFirst() } ?? outputs
    return own.filter { obstacle(to: $0) == nil }
  }

  /// Throws where an output cannot be computed, with what keeps it from that.
  package func requireAvailable(_ output: Port) throws(GraphError) {
    if let operation = graph.nodes[output.node].operation as? Unavailable { throw operation.error }
  }

  /// The label of the input that stands for a layer in a network that was cut there.
  package static let activationLabel = "saliency/activation"

  /// The same network, given the activation of a layer instead of computing it; other calls of the layer are not listed.
  package func cut(at layer: Layer) -> Network {
    var nodes = graph.nodes
    nodes[layer.node] = Node(
      operation: Input(shape: layer.shape, label: Self.activationLabel), operands: [], shape: layer.shape,
      name: layer.name)
    return replacing(
      graph: Graph(nodes: nodes, outputs: graph.outputs),
      layers: layers.filter { $0.call == layer.call || $0.layerName != layer.layerName })
  }

  /// The same network with other parts.
  package func replacing(
    graph: Graph? = nil, inputs: [Port]? = nil, outputs: [Port]? = nil, layers: [Layer]? = nil
  ) -> Network {
    var network = Network(
      graph: graph ?? self.graph, inputs: inputs ?? self.inputs, outputs: outputs ?? self.outputs,
      layers: layers ?? self.layers, blockedLayers: blockedLayers, channelsAreLast: channelsAreLast)
    (network.arrangement, network.saidRoles) = (arrangement, saidRoles)
    (network.provenItemAxes, network.finalArgMax) = (provenItemAxes, finalArgMax)
    (network.fileNotes, network.suppression) = (fileNotes, suppression)
    return network
  }

  /// The same network with the output at a position as its first.
  package func askingOutput(at position: Int) -> Network {
    var outputs = outputs
    outputs.insert(outputs.remove(at: position), at: 0)
    return replacing(outputs: outputs)
  }

  /// The same network whose first input is given with its items along the first axis.
  ///
  /// - Parameter arrangement: how the model has them.
  package func arranged(_ arrangement: InputArrangement) -> Network {
    guard !arrangement.isIdentity, let port = inputs.first else { return self }
    let shape = arrangement.arranged(port.shape)
    // The input in its new shape, and what brings it into the old one.
    let added = [
      Node(operation: Input(shape: shape, label: port.name), operands: [], shape: shape, name: port.name),
      Node(
        operation: arrangement.restoring(port.shape), operands: [port.node], shape: port.shape,
        name: port.name + "/arranged"),
    ]
    func moved(_ index: Int) -> Int { index < port.node ? index : index + 1 }
    func moved(_ ports: [Port]) -> [Port] {
      ports.map { Port(name: $0.name, node: moved($0.node), shape: $0.shape) }
    }
    let others = graph.nodes[(port.node + 1)...].map {
      Node(operation: $0.operation, operands: $0.operands.map(moved), shape: $0.shape, name: $0.name)
    }
    var inputs = moved(inputs)
    inputs[0] = Port(name: port.name, node: port.node, shape: shape)
    var network = replacing(
      graph: Graph(
        nodes: graph.nodes[..<port.node] + added + others, outputs: graph.outputs.map { moved($0) }),
      inputs: inputs, outputs: moved(outputs),
      layers: layers.map {
        Layer(
          name: $0.layerName, call: $0.call, kind: $0.kind, node: moved($0.node), shape: $0.shape,
          index: $0.index)
      })
    network.arrangement = (arrangement, port.node + 1)
    network.suppression = suppression.map {
      Suppression(boxes: moved($0.boxes), scores: moved($0.scores), isCentered: $0.isCentered)
    }
    return network
  }
}

extension [Network.BlockedLayer] {
  /// What keeps the layer at `index` from being computed, and which layers before it can be asked: a clause.
  package func obstacles(to index: Int) -> String {
    var (seen, open): (Set<Int>, [Int]) = ([index], [index])
    while let next = open.popLast() {
      for cause in self[next].causes where seen.insert(cause).inserted { open.append(cause) }
    }
    let roots = seen.sorted().map { self[$0] }.filter { $0.reason != nil }
    let kinds = self[index].kinds
    let unknown = roots.filter { $0.reason == kinds.reason }
    var parts = unknown.isEmpty ? [] : [kinds.sentence(unknown.map { ($0.name, $0.kind) })]
    parts += roots.filter { $0.reason != kinds.reason }.map {
      "\(kinds.place) '\($0.name.printable())' (\($0.kind.printable())): \($0.reason ?? "")"
    }
    let shownCount = 12
    if parts.count > shownCount {
      parts = parts.prefix(shownCount) + ["and \(parts.count - shownCount) more \(kinds.place)s"]
    }
    var names: [String] = []
    for name in roots.flatMap(\.precedingLayers) where !names.contains(name) {
      names.append(name)
      if names.count == shownCount { break }
    }
    if !names.isEmpty {
      let list = names.map { "'\($0.printable())'" }.joined(separator: ", ")
      parts.append("the layer\(names.count == 1 ? "" : "s") before can be asked (--layer): \(list)")
    }
    return parts.joined(separator: "; ")
  }
}
