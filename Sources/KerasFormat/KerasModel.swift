package import FileAccess
public import SaliencyCore

/// A Keras model: what it takes and gives, and the network it becomes for inputs of concrete shapes.
///
/// Sequential and functional models of Keras 1 to 3 are understood, in `.keras` archives and HDF5 files. Nothing in the
/// file is ever run: a layer is known by its class, or refused.
public struct KerasModel: Sendable {
  /// The path that the model was opened with.
  public var path: String { file.path }
  /// The inputs, in the order of the model.
  public let inputs: [ModelInput]
  /// The names of the outputs, those of the layers that give them.
  public let outputs: [String]
  /// The version of Keras that wrote the file; nil where it does not say.
  public var kerasVersion: String? { file.kerasVersion }
  /// "Keras archive" or "Keras HDF5 file".
  public var format: String { file.container == .archive ? "Keras archive" : "Keras HDF5 file" }
  /// The SHA-256 digest of the file, in hexadecimal.
  public var digest: String { file.digest }
  /// The layers whose classes are unknown here; a model that has any cannot be explained.
  public let unsupportedNodes: [UnsupportedNode]

  private let file: KerasModelFile
  private let configuration: ModelConfiguration

  /// Opens the model at `path`.
  ///
  /// - Throws: `KerasError` where the file cannot be read, is no Keras model, or is damaged. Unknown layers are no error
  ///   yet; see `unsupportedNodes`.
  public init(contentsOf path: String) throws(KerasError) {
    try self.init(KerasModelFile(contentsOf: path))
  }

  private init(_ file: KerasModelFile) throws(KerasError) {
    self.file = file
    do throws(LayerFailure) {
      let configuration = try ModelConfiguration(file.configuration)
      self.configuration = configuration
      unsupportedNodes = LayerTable.unsupportedNodes(of: configuration)
      inputs = try configuration.inputs.map { reference throws(LayerFailure) in
        guard let layer = configuration.layers.first(where: { $0.name == reference.layer }) else {
          throw .invalid("input layer '\(reference.layer.printable())' does not exist")
        }
        return ModelInput(name: layer.name, dimensions: try layer.settings.inputDimensions())
      }
    } catch {
      throw KerasError(error, file: file.path)
    }
    var counts: [String: Int] = [:]
    outputs = configuration.outputs.map { reference in
      defer { counts[reference.layer, default: 0] += 1 }
      let count = counts[reference.layer] ?? 0
      return count == 0 ? reference.layer : "\(reference.layer)_\(count)"
    }
  }

  /// The network for inputs of concrete shapes, by name.
  ///
  /// - Parameters:
  ///   - inputShapes: the shapes of the inputs, batch first, in Keras's layout.
  ///   - constants: inputs that are known already and become part of the network.
  /// - Throws: `KerasError`: all unsupported layers together, or the first layer that does not fit, by name.
  public func network(
    inputShapes: [String: Shape], constants: [String: Tensor] = [:]
  ) throws(KerasError) -> Network {
    try network(inputShapes: inputShapes, constants: constants, tolerated: [])
  }

  private func network(
    inputShapes: [String: Shape], constants: [String: Tensor], tolerated: Set<KerasError.Code>
  ) throws(KerasError) -> Network {
    guard tolerated.contains(.unsupportedLayer) || unsupportedNodes.isEmpty else {
      throw KerasError(
        .unsupportedLayer, UnsupportedKinds.layers.sentence(unsupportedNodes.map { ($0.node, $0.kind) }),
        file: path)
    }
    do throws(LayerFailure) {
      return try imported(inputShapes, constants, tolerated)
    } catch {
      throw KerasError(error, file: path)
    }
  }

  private func imported(
    _ inputShapes: [String: Shape], _ constants: [String: Tensor], _ tolerated: Set<KerasError.Code>
  ) throws(LayerFailure) -> Network {
    let session = ImportSession(
      majorVersion: Int(kerasVersion?.prefix { $0 != "." } ?? "") ?? 1,
      otherPlaces: file.container == .archive
        ? configuration.places(in: LayerWeights(objects: file.weights)) : [:], tolerated: tolerated)
    var values: [LayerValue] = []
    var ports: [Network.Port] = []
    for input in inputs {
      if let tensor = constants[input.name] {
        try input.check(tensor.shape)
        values.append(LayerValue(session.builder.constant(tensor, name: input.name)))
      } else if let shape = inputShapes[input.name] {
        try input.check(shape)
        let value = session.builder.input(input.name, shape: shape)
        values.append(LayerValue(value))
        ports.append(.init(name: input.name, node: value.index, shape: shape))
      } else {
        throw LayerFailure(.shapeMismatch, "no shape is given for input '\(input.name.printable())'")
      }
    }
    let paths = configuration.archivePaths
    let results = try ModelImport(configuration, session: session).results(on: values) {
      index throws(LayerFailure) in
      try weights(of: configuration.layers[index], at: paths[index])
    }
    let blocked = session.blockedLayers
    let ends = zip(configuration.outputs, results).map { reference, result in
      result?.value ?? session.unavailable(reference, ports.map { session.builder.value(at: $0.node) })
    }
    let outputs = zip(self.outputs, ends).map { Network.Port(name: $0, node: $1.index, shape: $1.shape) }
    do throws(GraphError) {
      let graph = try session.builder.graph(outputs: ends)
      return Network(
        graph: graph, inputs: ports, outputs: outputs, layers: session.takeLayers(prefix: "").countingCalls(),
        blockedLayers: blocked, channelsAreLast: true)
    } catch {
      throw LayerFailure(error)
    }
  }

  /// The weights of one of the model's own layers.
  private func weights(
    of layer: LayerConfiguration, at path: [String]?
  ) throws(LayerFailure) -> LayerWeights {
    guard file.container == .hdf5 else { return LayerWeights(objects: file.weights).inside(path ?? []) }
    let variables = try LayerTable.variables(of: layer)
    guard !variables.isEmpty else { return LayerWeights(objects: file.weights) }
    let listed: (group: WeightGroup, names: [String])?
    do throws(KerasError) {
      let group = try file.weights.group(layer.name)
      let names = try group?.strings(attribute: "weight_names")
      listed = group.flatMap { group in names.map { (group, $0) } }
    } catch {
      throw LayerFailure(error)
    }
    guard let listed else { throw LayerFailure(.missingWeights, "the file has no weights for it") }
    return try LayerWeights(group: listed.group, names: listed.names, variables: variables)
  }

  /// Whether the input `name` goes through a layer that scales pixels before anything else.
  private func scalesPixels(ofInput name: String) -> Bool {
    var name = name
    var seen: Set<String> = []
    while seen.insert(name).inserted {
      let users = configuration.layers.filter { layer in
        layer.calls.contains { $0.references.contains { $0.layer == name } }
      }
      guard users.count == 1 else { return false }
      if ["Rescaling", "Normalization"].contains(users[0].className) { return true }
      guard LayerTable.keepsPixels(users[0]) else { return false }
      name = users[0].name
    }
    return false
  }
}

extension KerasModel: ModelSource {
  package static let hasLeadingBatch = true
  package static let hasChannelsLast = true

  package static func recognizes(_ head: Span<UInt8>) -> Bool { KerasModelFile.recognizes(head) }

  package init(_ file: MappedFile) throws {
    try self.init(KerasModelFile(file))
  }

  package var formatName: String { format }
  package var producer: String { kerasVersion.map { "Keras \($0)" } ?? "" }
  package var metadata: [String: String] { [:] }
  package var hasExternalWeights: Bool { false }

  package func reading(ofInput name: String) -> InputReading {
    var reading = InputReading()
    if scalesPixels(ofInput: name) { (reading.pixelScale, reading.scaleOrigin) = (1, "layers of the model") }
    return reading
  }

  package func network(
    inputShapes: [String: Shape], constants: [String: Tensor], tolerance: ImportTolerance
  ) throws -> Network {
    try network(inputShapes: inputShapes, constants: constants, tolerated: tolerance.tolerated)
  }
}

extension ModelInput {
  /// Throws unless a tensor of `shape` fits the input.
  fileprivate func check(_ shape: Shape) throws(LayerFailure) {
    guard shape.allSatisfy({ $0 >= 1 }) else {
      throw LayerFailure(.shapeMismatch, "the input at hand, \(shape.text), has no elements", layer: name)
    }
    guard takes(shape) else {
      throw LayerFailure(
        .shapeMismatch, "the model takes \(dimensionsText), the input at hand is \(shape.text)", layer: name)
    }
  }
}

extension Settings {
  /// The extents of a batch of inputs; nil where the file does not say.
  func inputDimensions() throws(LayerFailure) -> [Int?]? {
    guard let items = inputShape?.array else { return nil }
    var dimensions: [Int?] = []
    for item in items {
      let extent = item.integer
      guard item == .null || extent.map({ 0...1 << 40 ~= $0 }) ?? false else {
        throw .invalid("the shape of an input has to be made of whole numbers")
      }
      dimensions.append(extent)
    }
    return dimensions
  }
}
