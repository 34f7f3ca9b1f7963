public import SaliencyCore

/// What is told of a model: what `inspect --json` prints.
public struct InspectReport: Report {
  /// An input.
  public struct Input: Report {
    /// The input's name.
    public let name: String
    /// The extents, nil where the model leaves them open.
    public let shape: [Int?]?
    /// What the elements are, such as "float32" or "uint8".
    public let type: String
    /// The layer that gives the rows of an embedding which the input picks; nil where it picks none.
    public let embedding: String?
    /// What its axes stand for; nil of inputs that are not explained, or where the shape is open.
    public let axes: AxesReport?
  }

  /// An output.
  public struct Output: Report {
    /// The output's name.
    public let name: String
    /// Nil where it is not known, or the output cannot be computed.
    public let shape: [Int]?
    /// What keeps the output from being computed; nil where nothing does.
    public let obstacle: String?
    /// What its axes stand for; nil where the shape of the input is open.
    public let axes: AxesReport?
  }

  /// What the axes of a tensor stand for.
  public struct AxesReport: Report {
    /// A letter for each axis, such as "NCHW".
    public let layout: String
    /// How each of them is known: said, file, proved or assumed.
    public let origins: [String]

    init(_ roles: AxisRoles) {
      (layout, origins) = (roles.letters, roles.axes.map(\.origin.rawValue))
    }
  }

  /// A layer.
  public struct Layer: Report {
    /// Nil for a layer that has a name alone, and for one that cannot be computed.
    public let index: Int?
    /// The layer's name.
    public let name: String
    /// What it computes.
    public let `operator`: String
    /// Nil where the layer cannot be computed.
    public let shape: [Int]?
    /// A letter for each axis, such as "NCHW"; nil where the layer cannot be computed.
    public let layout: String?
    /// How the layer lies over the input, such as "7×7", where methods of the CAM family can take it; else nil.
    public let map: String?
    /// Why the layer cannot be computed; nil where it can.
    public let obstacle: String?
  }

  /// A node or layer that is not supported.
  public struct Node: Report {
    /// The node's name.
    public let node: String
    /// Its operator, or the class of the layer.
    public let `operator`: String
  }

  /// The path that the model was opened with.
  public let model: String
  /// The digest of its file.
  public let digest: DigestReport
  /// The format and its version.
  public let format: String
  /// The program that wrote the file; empty where it does not say.
  public let producer: String
  /// The inputs.
  public let inputs: [Input]
  /// The outputs.
  public let outputs: [Output]
  /// Nil where the shape of the input is open.
  public let layers: [Layer]?
  /// The layer whose map methods of the CAM family take where none is named; nil where there is none.
  public let mapLayer: String?
  /// What is not supported.
  public let unsupported: [Node]

  /// What is told of a model.
  ///
  /// - Parameters:
  ///   - model: the model, with the input and the output that are in question.
  ///   - given: the shape of the input; where nil, the one that the model fixes.
  /// - Throws: what ``Model/network(inputShape:)`` throws.
  public init(_ model: Model, inputShape given: Shape? = nil) throws {
    let isChosen = (try? model.explainedInput()) != nil
    let inputShape = try given ?? (isChosen ? model.fixedInputShape() : nil)
    var (network, roles, defaultLayer): (Network?, Model.TensorRoles?, ActivationLayer?)
    var maps: [ActivationLayer] = []
    if let inputShape {
      network = try model.network(inputShape: inputShape)
      roles = try model.roles(inputShape: inputShape)
      maps = try model.activationLayers(inputShape: inputShape)
      defaultLayer = try model.defaultActivationLayer(inputShape: inputShape)
    }
    (self.model, digest) = (model.path, DigestReport(model))
    (format, producer) = (model.formatName, model.producer)
    let explained = (try? model.explainedInput())?.name
    let typical = network ?? model.networkOfSomeShape()
    inputs = model.inputs.map { input in
      let port = typical?.inputs.first { $0.name == input.name }
      return Input(
        name: input.name, shape: input.dimensions, type: input.elementType,
        embedding: port.flatMap { typical?.embeddingLayer(of: $0)?.name },
        axes: input.name == explained ? roles.map { AxesReport($0.input) } : nil)
    }
    outputs =
      network?.outputs.enumerated().map { position, output in
        let obstacle = network?.obstacle(to: output)
        return Output(
          name: output.name, shape: obstacle == nil ? output.shape : nil, obstacle: obstacle,
          axes: obstacle == nil ? roles.map { AxesReport($0.outputs[position]) } : nil)
      } ?? model.outputs.map { Output(name: $0, shape: nil, obstacle: nil, axes: nil) }
    layers = network.map { Self.layers(of: $0, roles, maps: maps) }
    mapLayer = defaultLayer?.layer.name
    unsupported = model.unsupportedNodes.map { Node(node: $0.node, operator: $0.kind) }
  }

  private static func layers(
    of network: Network, _ roles: Model.TensorRoles?, maps mapped: [ActivationLayer]
  ) -> [Layer] {
    let maps = Dictionary(
      mapped.map { ($0.layer.name, $0.grid.text) }, uniquingKeysWith: { first, _ in first })
    let byPosition = Dictionary(grouping: network.blockedLayers, by: \.position)
    func blocked(before position: Int) -> [Layer] {
      (byPosition[position] ?? []).map { layer in
        let causes = layer.causes.map { "'\(network.blockedLayers[$0].name.printable())'" }
        return Layer(
          index: nil, name: layer.name, operator: layer.kind, shape: nil, layout: nil, map: nil,
          obstacle: layer.reason ?? "depends on \(causes.joined(separator: ", "))")
      }
    }
    return network.layers.enumerated().flatMap { position, layer in
      blocked(before: position) + [
        Layer(
          index: layer.index, name: layer.name, operator: layer.kind, shape: layer.shape,
          layout: roles?.layers[position].letters, map: maps[layer.name], obstacle: nil)
      ]
    } + blocked(before: network.layers.count)
  }
}
