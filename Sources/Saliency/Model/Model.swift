public import SaliencyCore

/// A trained network in a file.
///
/// The model is never changed and may be shared between tasks. Weights stay in the mapped file until an explainer packs
/// them. One input of it is explained, and one output is asked; where there are several, ``selecting(input:given:output:)``
/// says which.
public struct Model: Sendable {
  /// An input that has to be given when the model runs.
  public struct Input: Sendable, Hashable {
    /// The name in the model.
    public let name: String
    /// The extents, outermost first, nil where the model leaves them open; nil where it does not even fix the rank.
    public let dimensions: [Int?]?
    /// What its elements are, as the format calls it, such as "float32" or "uint8".
    public let elementType: String
    /// The numbers that it takes, where those are integers; nil for real numbers.
    public let integerRange: ClosedRange<Double>?
  }

  /// A node or layer whose kind the package does not know.
  public struct UnsupportedNode: Sendable, Hashable {
    /// The name of the node or layer.
    public let node: String
    /// The operator, with its domain where that is not ONNX's own, or the class of the layer.
    public let kind: String
  }

  /// The path that the model was opened with.
  public let path: String
  let format: ModelFormat
  private(set) var selectedInput: String?
  private(set) var selectedOutput: String?
  /// The tensors of inputs that are not explained, by name.
  private(set) var given: [String: Tensor] = [:]
  /// What the user said of the axes of inputs, outputs and layers, by name: a role for each axis.
  public var layouts: [String: [AxisRole]] = [:]
  /// What is done to the network after it is imported.
  private var transformation: (@Sendable (Network) throws -> Network)?

  /// Opens the model at `path`: an ONNX file, or a Keras model in a `.keras` archive or an HDF5 file. The bytes say which
  /// it is.
  ///
  /// Operators and layers that are not supported are no error yet; see ``unsupportedNodes``.
  ///
  /// - Throws: `ONNXError` or `KerasError` where the file cannot be read, is no model, or is damaged.
  public init(contentsOf path: String) throws {
    self.path = path
    format = try ModelFormat(contentsOf: path)
  }

  /// The file's name without its folder.
  public var name: String { path.split(separator: "/").last.map(String.init) ?? path }
  /// The SHA-256 digest of the file, in hexadecimal.
  public var digest: String { format.digest }
  /// The format and its version, such as "ONNX, operator set 17".
  public var formatName: String { format.name }
  /// The program that wrote the file; empty where it does not say.
  public var producer: String { format.producer }
  /// The model's own properties, by key.
  public var metadata: [String: String] { format.metadata }
  /// The inputs, with extents that are nil where the model leaves them open.
  public var inputs: [Input] { format.inputs }
  /// The names of the outputs; the first is explained unless another is selected.
  public var outputs: [String] { format.outputs }
  /// Whether weights lie in files of their own beside the model.
  var hasExternalWeights: Bool { format.hasExternalWeights }
  /// The nodes whose operators, or the layers whose classes, are not supported.
  ///
  /// What does not depend on such a node can be asked all the same, of an ONNX model: see
  /// `Network.blockedLayers`. A Keras model that has such a layer cannot be explained.
  public var unsupportedNodes: [UnsupportedNode] { format.unsupportedNodes }

  /// Whether at least a part of the model can be computed; else it is refused as a whole.
  package var canBeImported: Bool { format.isPartial || unsupportedNodes.isEmpty }

  /// The same model with another input or output in question.
  ///
  /// - Parameters:
  ///   - input: the input that is explained; where nil, the only one that is not given.
  ///   - given: tensors for the other inputs, by name.
  ///   - output: the output that is asked; where nil, the first.
  /// - Throws: `SaliencyError` where a name does not exist, or the explained input is given as well.
  public func selecting(
    input: String? = nil, given: [String: Tensor] = [:], output: String? = nil
  ) throws(SaliencyError) -> Model {
    let names = inputs.map(\.name)
    for name in given.keys.sorted() + (input.map { [$0] } ?? []) where !names.contains(name) {
      throw SaliencyError(
        .invalidSetting,
        "input '\(name)' does not exist" + Suggestions.sentence(for: name, in: names, listing: "inputs"),
        file: path)
    }
    if let output, !outputs.contains(output) {
      throw SaliencyError(
        .invalidSetting,
        "output '\(output)' does not exist"
          + Suggestions.sentence(for: output, in: outputs, listing: "outputs"),
        file: path)
    }
    if let input, given[input] != nil {
      throw SaliencyError(
        .invalidSetting, "input '\(input)' is the one that is explained, and is given as well", file: path)
    }
    var model = self
    (model.selectedInput, model.given, model.selectedOutput) = (input, given, output)
    return model
  }

  /// The same model with a network that is changed after its import, in nodes but not in shapes.
  func transformed(_ transformation: @escaping @Sendable (Network) throws -> Network) -> Model {
    var model = self
    model.transformation = transformation
    return model
  }

  /// The input that is explained.
  ///
  /// - Throws: `SaliencyError` where there is none, or there are several to choose from.
  public func explainedInput() throws(SaliencyError) -> Input {
    let open = inputs.filter { given[$0.name] == nil }
    if let selectedInput, let input = open.first(where: { $0.name == selectedInput }) { return input }
    // Masks and the like are taken for granted where there is something else to explain.
    let certain = open.filter { !Self.isAssumable($0) }
    if open.count > 1, certain.count == 1 { return certain[0] }
    guard open.count == 1 else {
      let names = open.map { "'\($0.name.printable())'" }.joined(separator: ", ")
      throw SaliencyError(
        .invalidSetting,
        open.isEmpty
          ? "it has no input that could be explained"
          : "it has \(open.count) inputs, \(names); choose the one that is explained and give the others",
        file: path)
    }
    return open[0]
  }

  /// Where the explained input has its channels, if it is made of pictures: where its extents say it, else where the nodes
  /// that read it do, else where that is usual in the format.
  public var pictureLayout: PictureLayout {
    guard let input = try? explainedInput() else { return format.usualLayout }
    let dimensions = input.dimensions ?? []
    if let layout = PictureLayout(of: dimensions) { return layout }
    switch format.reading(ofInput: input.name).channelAxis {
    case 1?: return .channelsFirst
    case 3?: return .channelsLast
    default: return format.usualLayout
    }
  }

  /// The network for an input of a concrete shape; its first output is the one that is asked.
  ///
  /// What cannot be computed of an ONNX model, as operators are not supported or depend on data, is among the network's
  /// `blockedLayers`; asking for it fails with all reasons together.
  ///
  /// - Throws: `ONNXError` or `KerasError` where a node does not fit, or layers of a Keras model are not supported; `SaliencyError` where the
  ///   shape does not fit the input, or another input is not given and nothing is taken for it.
  public func network(inputShape: Shape) throws -> Network {
    let input = try explainedInput()
    let isSupported = canBeImported
    guard !isSupported || inputShape.allSatisfy({ $0 >= 1 }) else {
      throw SaliencyError(.invalidInput, "a shape of \(inputShape.text) has no elements")
    }
    if isSupported, let dimensions = input.dimensions {
      guard dimensions.count == inputShape.count,
        zip(dimensions, inputShape).allSatisfy({ $0 == nil || $0 == $1 })
      else {
        throw SaliencyError(
          .invalidInput,
          "a shape of \(inputShape.text) does not fit input '\(input.name.printable())' of \(name), which takes "
            + dimensions.map { $0.map(String.init) ?? "?" }.joined(separator: "×")
            + (dimensions.count == inputShape.count + 1 ? "; the batch has to be the first axis" : ""))
      }
    }
    let constants = given.merging(assumedInputs(beside: input, shape: inputShape)) { given, _ in given }
    if isSupported, let missing = inputs.first(where: { $0.name != input.name && constants[$0.name] == nil })
    {
      throw SaliencyError(
        .invalidSetting, "input '\(missing.name.printable())' is not given; give a tensor for it", file: path)
    }
    var network = try format.network(inputShapes: [input.name: inputShape], constants: constants)
    if let transformation { network = try transformation(network) }
    network.saidRoles = try saidRoles()
    guard let selectedOutput, let index = network.outputs.firstIndex(where: { $0.name == selectedOutput })
    else { return network }
    return network.askingOutput(at: index)
  }

  /// The network with all inputs open and some extents for the axes that the model leaves open, as far as the nodes take them.
  /// Its layers and what they depend on hardly differ from those of other shapes.
  package func networkOfSomeShape() -> Network? {
    var shapes: [String: Shape] = [:]
    for input in inputs where given[input.name] == nil {
      guard let dimensions = input.dimensions else { return nil }
      shapes[input.name] = dimensions.enumerated().map { axis, extent in
        extent ?? (axis == 0 ? 1 : dimensions.count == 4 ? 224 : 16)
      }
    }
    return format.roughNetwork(inputShapes: shapes, constants: given)
  }

  /// The shape of the explained input where the model fixes it, with 1 for a batch that it leaves open; nil where other
  /// extents are open too.
  public func fixedInputShape() throws(SaliencyError) -> Shape? {
    guard let dimensions = try explainedInput().dimensions else { return nil }
    var shape = Shape()
    for (axis, extent) in dimensions.enumerated() {
      guard let extent = extent ?? (axis == 0 ? 1 : nil) else { return nil }
      shape.append(extent)
    }
    return shape
  }
}
