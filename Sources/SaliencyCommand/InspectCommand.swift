import ArgumentParser
import Saliency
import SaliencyCore

struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Lists a network's inputs, outputs and layers, and the operators that are not supported.")

  @OptionGroup private var network: ModelArgument
  private var model: String { network.model }

  @OptionGroup var ports: PortOptions

  @Option(help: ArgumentHelp("The shape of the input where the network leaves it open, such as 1x3x224x224."))
  var shape: String?

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func validate() throws { _ = try parsedShape() }

  private func parsedShape() throws -> Shape? { try shape.map { try Shape(parsing: $0) } }

  func run() async throws {
    do {
      let report = try inspect()
      try StandardOutput.print(json ? JSON.text(report) : report.text)
    } catch {
      throw Failure(error, model: model)
    }
  }

  private func inspect() throws -> InspectReport {
    let model = try ports.open(self.model)
    let isChosen = (try? model.explainedInput()) != nil
    let inputShape = try parsedShape() ?? (isChosen ? model.fixedInputShape() : nil)
    let network = try model.canBeImported ? inputShape.map { try model.network(inputShape: $0) } : nil
    return InspectReport(
      model, network, try network.flatMap { _ in try inputShape.map { try model.roles(inputShape: $0) } },
      maps: try network.flatMap { _ in try inputShape.map { try model.activationLayers(inputShape: $0) } }
        ?? [],
      usual: try network.flatMap { _ in
        try inputShape.flatMap { try model.usualActivationLayer(inputShape: $0) }
      },
      embeddings: network ?? model.networkOfSomeShape())
  }
}

/// What `inspect` prints.
struct InspectReport: Encodable {
  struct Input: Encodable {
    let name: String
    /// The extents, null where the model leaves them open.
    let shape: [Int?]?
    /// What the elements are, such as "float32" or "uint8".
    let type: String
    /// The layer that gives the rows of an embedding which the input picks; null where it picks none.
    let embedding: String?
    /// What its axes stand for; null of inputs that are not explained, or where the shape is open.
    let axes: AxesReport?
  }

  struct Output: Encodable {
    let name: String
    /// Null where it is not known, or the output cannot be computed.
    let shape: [Int]?
    /// What keeps the output from being computed; null where nothing does.
    let obstacle: String?
    /// What its axes stand for; null where the shape of the input is open.
    let axes: AxesReport?
  }

  /// What the axes of a tensor stand for.
  struct AxesReport: Encodable {
    /// A letter for each axis, such as "NCHW".
    let layout: String
    /// How each of them is known: said, file, proved or assumed.
    let origins: [String]

    init(_ roles: AxisRoles) {
      (layout, origins) = (roles.letters, roles.axes.map(\.origin.rawValue))
    }

    /// "NQC (C proved, N and Q assumed)"
    var text: String {
      let letters = layout.map(String.init)
      let parts = RoleOrigin.allCases.compactMap { origin in
        let known = letters.indices.filter { origins[$0] == origin.rawValue }.map { letters[$0] }
        return known.isEmpty ? nil : "\(known.joined(separator: " ")) \(origin.rawValue)"
      }
      return layout + (parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")
    }
  }

  struct Layer: Encodable {
    /// Null for a layer that has a name alone, and for one that cannot be computed.
    let index: Int?
    let name: String
    let `operator`: String
    /// Null where the layer cannot be computed.
    let shape: [Int]?
    /// A letter for each axis, such as "NCHW"; null where the layer cannot be computed.
    let layout: String?
    /// How the layer lies over the input, such as "7×7", where methods of the CAM family can take it; else null.
    let map: String?
    /// Why the layer cannot be computed; null where it can.
    let obstacle: String?
  }

  struct Node: Encodable {
    let node: String
    let `operator`: String
  }

  let model: String
  let digest: DigestReport
  let format: String
  let producer: String
  let inputs: [Input]
  let outputs: [Output]
  /// Null where the shape of the input is open, or layers of a Keras model are not supported.
  let layers: [Layer]?
  /// The layer whose map methods of the CAM family take where none is named; null where there is none.
  let mapLayer: String?
  let unsupported: [Node]
  /// Whether layers could be listed if the shape of the input were known.
  private let isImported: Bool

  private enum CodingKeys: String, CodingKey {
    case model, digest, format, producer, inputs, outputs, layers, mapLayer, unsupported
  }

  /// - Parameters:
  ///   - network: the network whose layers are listed; nil where the shape of the input is open.
  ///   - roles: what the axes of its tensors stand for.
  ///   - mapped: its layers that lie over the input.
  ///   - usual: the one of them whose map is taken where none is named.
  ///   - typical: a network that says which inputs pick rows of an embedding.
  init(
    _ model: Model, _ network: Network?, _ roles: Model.TensorRoles?, maps mapped: [ActivationLayer],
    usual: ActivationLayer?,
    embeddings typical: Network?
  ) {
    self.model = model.path
    digest = DigestReport(model: model)
    format = model.formatName
    producer = model.producer
    let explained = (try? model.explainedInput())?.name
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
    let maps = Dictionary(
      mapped.map { ($0.layer.name, $0.grid.text) }, uniquingKeysWith: { first, _ in first })
    layers = network.map { network in
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
    mapLayer = usual?.layer.name
    isImported = model.canBeImported
    unsupported = model.unsupportedNodes.map { Node(node: $0.node, operator: $0.kind) }
  }

  var text: String {
    var lines = ["\(model): \(format)" + (producer.isEmpty ? "" : ", written by \(producer)")]
    for input in inputs {
      let shape = input.shape?.map { $0.map(String.init) ?? "?" }.joined(separator: "×") ?? "of any shape"
      let type = input.type == "float32" ? "" : "  \(input.type)"
      let embedding = input.embedding.map { "  picks rows of the embedding '\($0)'" } ?? ""
      let axes = input.axes.map { "  " + $0.text } ?? ""
      lines.append("input   \(input.name)  \(shape)\(type)\(axes)\(embedding)")
    }
    for output in outputs {
      let shape = output.obstacle == nil ? output.shape?.text ?? "" : "cannot be computed"
      lines.append("output  \(output.name)  \(shape)" + (output.axes.map { "  " + $0.text } ?? ""))
    }
    if !unsupported.isEmpty {
      lines.append("\noperators or layers that are not supported (\(unsupported.count)):")
      lines.append(Table.rows(unsupported.map { ["  " + $0.operator, $0.node] }))
    }
    if let layers {
      let blockedCount = layers.count { $0.obstacle != nil }
      lines.append(
        "\nlayers (\(layers.count)"
          + (blockedCount == 0 ? "" : ", of which \(blockedCount) cannot be computed, marked by –") + "):")
      lines.append(
        Table.rows(
          layers.map {
            [
              $0.obstacle == nil ? $0.index.map(String.init) ?? "" : "–", $0.operator, $0.shape?.text ?? "",
              $0.layout ?? "",
              $0.map ?? "", $0.name + ($0.obstacle.map { ": " + $0 } ?? ""),
            ]
          }))
      if let mapLayer {
        lines.append("\nmaps of the CAM family are of layer '\(mapLayer)' unless another is named")
      }
    } else if isImported {
      lines.append(
        inputs.count == 1
          ? "\nThe shape of the input is open; give it with --shape to list the layers."
          : "\nThere are several inputs; choose one with --input and give the others with --given to list the layers."
      )
    }
    return lines.joined(separator: "\n")
  }
}
