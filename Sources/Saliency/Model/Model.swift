public import SaliencyCore

/// A trained network in a file.
///
/// The model is never changed and may be shared between tasks. Weights stay in the mapped file until an explainer packs
/// them. One input of it is explained, and one output is asked; where there are several, ``selecting(input:given:output:)``
/// says which.
public struct Model: Sendable {
  /// An input that has to be given when the model runs.
  public typealias Input = ModelInput
  /// A node or layer whose kind the package does not know.
  public typealias UnsupportedNode = SaliencyCore.UnsupportedNode

  /// The path that the model was opened with; of one that was given as bytes what it is called.
  public let path: String
  /// What is in the file.
  let source: any ModelSource
  /// Whether it was given as bytes, so that nothing lies beside it.
  private(set) var isInMemory = false
  var selectedInput: String?
  /// The inputs that are explained together, as one; nil where one is.
  var joint: JointInputs?
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
  /// - Throws: `SaliencyError` where the file cannot be read, `ONNXError` or `KerasError` where it is no model, or is damaged.
  public init(contentsOf path: String) throws {
    self.path = path
    source = try ModelFormats.open(path: path)
  }

  /// Opens a model whose file is at hand as bytes, which are copied; they say which format it is. Nothing is looked for
  /// beside it: neither settings nor weights in files of their own.
  ///
  /// - Parameters:
  ///   - bytes: what the file holds.
  ///   - name: what the model is called in errors and reports.
  /// - Throws: `SaliencyError` where there are no bytes, `ONNXError` or `KerasError` where they are no model, or are damaged.
  public init(bytes: some Collection<UInt8>, name: String = "model") throws {
    path = name
    source = try ModelFormats.open(bytes: bytes, name: name)
    isInMemory = true
  }

  /// What the folder of the model's file is called in paths, with the slash at its end; nil of a model that was given as
  /// bytes.
  var folder: String? {
    guard !isInMemory else { return nil }
    return path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }
  /// The path of the settings beside the model, which need not exist; nil of a model that was given as bytes.
  var settingsPath: String? { isInMemory ? nil : path + ".saliency.json" }

  /// The file's name without its folder.
  public var name: String { path.split(separator: "/").last.map(String.init) ?? path }
  /// The SHA-256 digest of the file, in hexadecimal.
  public var digest: String { source.digest }
  /// The format and its version, such as "ONNX, operator set 17".
  public var formatName: String { source.formatName }
  /// The program that wrote the file; empty where it does not say.
  public var producer: String { source.producer }
  /// The model's own properties, by key.
  public var metadata: [String: String] { source.metadata }
  /// The inputs, with extents that are nil where the model leaves them open.
  public var inputs: [Input] { source.inputs }
  /// The names of the outputs; the first is explained unless another is selected.
  public var outputs: [String] { source.outputs }
  /// Whether weights lie in files of their own beside the model.
  var hasExternalWeights: Bool { source.hasExternalWeights }
  /// The nodes whose operators, or the layers whose classes, are not supported.
  ///
  /// What does not depend on such a node can be asked all the same: see
  /// `Network.blockedLayers`.
  public var unsupportedNodes: [UnsupportedNode] { source.unsupportedNodes }

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

  /// The same model with another output in question.
  func selectingOutput(_ output: String) throws(SaliencyError) -> Model {
    var model = try selecting(input: selectedInput, given: given, output: output)
    model.joint = joint
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
    if let joint {
      return Input(
        name: joint.label, dimensions: [joint.fixedItemCount, joint.elementCount], elementType: "float32",
        integerRange: nil)
    }
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

  /// Where the explained input has its channels, if it is made of images: where its extents say it, else where the nodes
  /// that read it do, else where that is usual in the format.
  public var imageLayout: ImageLayout {
    guard let input = try? explainedInput() else { return defaultLayout }
    let dimensions = input.dimensions ?? []
    if let layout = ImageLayout(of: dimensions) { return layout }
    switch source.reading(ofInput: input.name).channelAxis {
    case 1?: return .channelsFirst
    case 3?: return .channelsLast
    default: return defaultLayout
    }
  }

  /// Where images have their channels by the format's convention.
  private var defaultLayout: ImageLayout {
    type(of: source).hasChannelsLast ? .channelsLast : .channelsFirst
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
    guard inputShape.allSatisfy({ $0 >= 1 }) else {
      throw SaliencyError(.invalidInput, "a shape of \(inputShape.text) has no elements")
    }
    guard input.takes(inputShape) else {
      throw SaliencyError(
        .invalidInput,
        "a shape of \(inputShape.text) does not fit input '\(input.name.printable())' of \(name), which takes "
          + input.dimensionsText
          + (input.dimensions?.count == inputShape.count + 1 ? "; the batch has to be the first axis" : ""))
    }
    guard let joint else { return try openNetwork(inputShapes: [input.name: inputShape]) }
    let shapes = joint.parts.map { ($0.name, [inputShape[0]] + $0.shape.dropFirst()) }
    return joint.joined(try openNetwork(inputShapes: Dictionary(uniqueKeysWithValues: shapes)))
  }

  /// The network with some inputs open; the others are given, or something is taken for them.
  func openNetwork(inputShapes: [String: Shape]) throws -> Network {
    let open = inputs.filter { inputShapes[$0.name] != nil }
    let assumed = open.first.map { assumedInputs(beside: $0, shape: inputShapes[$0.name]!) } ?? [:]
    let constants = given.merging(assumed) { given, _ in given }
    let missing = inputs.first { inputShapes[$0.name] == nil && constants[$0.name] == nil }
    if let missing {
      throw SaliencyError(
        .invalidSetting, "input '\(missing.name.printable())' is not given; give a tensor for it", file: path)
    }
    var network: Network
    do {
      network = try source.network(
        inputShapes: inputShapes, constants: constants.filter { inputShapes[$0.key] == nil },
        tolerance: .unsupported)
    } catch {
      try requireTokens(constants, beside: inputShapes)
      throw error
    }
    if let transformation { network = try transformation(network) }
    network.saidRoles = try saidRoles()
    network.fileNotes = .init(properties: metadata, classCount: namedClassCount, producer: producer)
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
      let isOneImage = dimensions.count == 3 && ImageLayout(of: [nil] + dimensions) != nil
      shapes[input.name] = dimensions.enumerated().map { axis, extent in
        extent ?? (axis == 0 ? 1 : dimensions.count == 4 || isOneImage ? 224 : 16)
      }
    }
    return try? source.network(inputShapes: shapes, constants: given, tolerance: .unfitting)
  }

  /// The names of the layers, as far as they are known where nobody says the shape of the input.
  public var layerNames: [String] {
    let network = (try? defaultInputShape()).flatMap { try? self.network(inputShape: $0) }
    // Names hardly depend on the size; where it is open any will do.
    return (network ?? networkOfSomeShape())?.layers.map(\.name) ?? []
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
