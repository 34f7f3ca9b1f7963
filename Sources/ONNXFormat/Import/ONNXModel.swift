package import FileAccess
public import SaliencyCore

/// An ONNX model: what it takes and gives, and the network it becomes for an input of a concrete shape.
///
/// Operator sets 6 to 28 of the standard domain are understood. Weights stay in the mapped file until a plan packs them.
public struct ONNXModel: Sendable {
  /// The operator sets that are understood.
  public static let supportedVersions = 6...28

  /// The inputs, without those that only name an initializer.
  public var inputs: [ModelInput] { declaredInputs.map(\.input) }
  /// The names of the outputs.
  public let outputs: [String]
  /// The version of the standard operator set.
  public var operatorSetVersion: Int { file.operatorSetVersion }
  /// The program that wrote the file, such as "pytorch 2.15.0"; empty where it does not say.
  public let producer: String
  /// The model's own properties, by key.
  public let metadata: [String: String]
  /// The nodes, of those that an output depends on, whose operators are unknown here.
  public let unsupportedNodes: [UnsupportedNode]

  let declaredInputs: [DeclaredInput]
  let file: ONNXModelFile
  let order: [Int]
  let functions: LocalFunctions
  private let readings: [String: InputReading]

  /// Opens the model at `path`.
  ///
  /// - Throws: `ONNXError` where the file cannot be read, is no ONNX model, is damaged, or is written for an operator
  ///   set that is not understood. Unknown operators are no error yet; see `unsupportedNodes`.
  public init(contentsOf path: String) throws(ONNXError) {
    try self.init(ONNXModelFile(contentsOf: path))
  }

  private init(_ file: ONNXModelFile) throws(ONNXError) {
    self.file = file
    let path = file.path
    let model = file.model
    guard Self.supportedVersions.contains(file.operatorSetVersion) else {
      throw ONNXError(
        .unsupportedOperator,
        "it is written for operator set (opset) \(file.operatorSetVersion); supported are \(Self.supportedVersions.lowerBound) to "
          + "\(Self.supportedVersions.upperBound)", file: path)
    }
    declaredInputs = try DeclaredInput.all(of: model.graph, file: path)
    outputs = model.graph.output.map(\.name)
    guard !outputs.isEmpty else {
      throw ONNXError(.invalidModel, "the graph has no outputs", file: path)
    }
    producer = [model.producerName, model.producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
    metadata = Dictionary(
      model.metadataProps.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    order = try NodeOrder.needed(in: NodeBody(model.graph), file: path)
    functions = try LocalFunctions(of: model, file: path)
    unsupportedNodes = try functions.unsupportedNodes(among: order.map { model.graph.node[$0] })
    readings = InputReading.all(
      of: declaredInputs.map(\.input.name), in: file, order: order, functions: functions)
  }

  /// What the first nodes behind an input say about it.
  package func reading(ofInput name: String) -> InputReading { readings[name] ?? InputReading() }

  /// The SHA-256 digest of the file, in hexadecimal.
  public var digest: String { file.digest }

  /// Whether weights lie in files of their own beside the model.
  package var hasExternalWeights: Bool {
    file.model.graph.initializer.contains { $0.dataLocation == .external }
  }

  /// The size of the tensors that the file declares for its output at `index`, nil where it leaves them open.
  public func declaredOutputDimensions(_ index: Int) -> [Int?]? {
    guard case .tensorType(let type) = file.model.graph.output[index].type.value, type.hasShape else {
      return nil
    }
    return type.shape.extents
  }

  /// The network for inputs of concrete shapes, by name.
  ///
  /// - Parameters:
  ///   - inputShapes: the shapes of the inputs that are given when the network runs.
  ///   - constants: the inputs that are given now, once and for all, and are no inputs of the network. So they can be
  ///     what has to be known: integers, shapes, indices. A weight that the model lists among its inputs may be
  ///     replaced as well.
  ///   - isPartial: whether nodes that are not supported, and what depends on them, are left out instead of refused.
  ///     They are the network's `blockedLayers`, and an output that needs one cannot be computed.
  /// - Throws: `ONNXError`: all unsupported operators together, or the first input or node that does not fit, by name.
  public func network(
    inputShapes: [String: Shape], constants: [String: Tensor] = [:], isPartial: Bool = false
  ) throws(ONNXError) -> Network {
    try network(
      inputShapes: inputShapes, constants: constants,
      leavingOut: isPartial ? [.unsupportedOperator, .unsupportedElementType] : [])
  }

  /// The network without the nodes that fail for some reasons, and without what depends on them.
  package func network(
    inputShapes: [String: Shape], constants: [String: Tensor], leavingOut reasons: Set<ONNXError.Code>
  ) throws(ONNXError) -> Network {
    guard reasons.contains(.unsupportedOperator) || unsupportedNodes.isEmpty else {
      throw ONNXError(
        .unsupportedOperator, UnsupportedKinds.nodes.sentence(unsupportedNodes.map { ($0.node, $0.kind) }),
        file: file.path)
    }
    guard !inputs.isEmpty else {
      throw ONNXError(
        .unsupportedOperator, "the graph has no inputs, so there is nothing to explain", file: file.path)
    }
    var importer = GraphImporter(file: file, functions: functions, leavingOut: reasons)
    for declared in declaredInputs {
      let input = declared.input
      if let tensor = constants[input.name] {
        guard inputShapes[input.name] == nil else {
          throw ONNXError(
            .shapeMismatch, "the input is given twice, as a shape and as a constant", file: file.path,
            tensor: input.name)
        }
        try declared.check(tensor.shape, file: file.path)
        importer.addConstant(
          input.name, try declared.checked(tensor, file: file.path), type: declared.type)
        continue
      }
      guard let shape = inputShapes[input.name] else {
        throw ONNXError(
          .shapeMismatch, "no shape is given for the input", file: file.path, tensor: input.name)
      }
      guard shape.allSatisfy({ $0 >= 1 }) else {
        throw ONNXError(
          .shapeMismatch, "the input at hand, \(shape.text), has no elements", file: file.path,
          tensor: input.name)
      }
      try declared.check(shape, file: file.path)
      importer.addInput(input.name, shape: shape, type: declared.type)
    }
    for (name, tensor) in constants where !inputs.contains(where: { $0.name == name }) {
      let weights = try DeclaredInput.replaceableWeights(of: file.model.graph, file: file.path)
      guard let weight = weights.first(where: { $0.input.name == name }) else {
        let names = inputs.map { "'\($0.name.printable())'" }.joined(separator: ", ")
        throw ONNXError(
          .shapeMismatch, "the model has no such input; it has \(names)", file: file.path, tensor: name)
      }
      try weight.check(tensor.shape, file: file.path)
      importer.addConstant(name, try weight.checked(tensor, file: file.path), type: weight.type)
    }
    return try importer.network(nodes: order, inputs: inputs.map(\.name), outputs: outputs)
  }
}

extension ONNXModel: ModelSource {
  package static let hasLeadingBatch = false
  package static let hasChannelsLast = false

  /// Always true: an ONNX file has no signature. What is none is refused when it is opened, with a guess at what it is.
  package static func recognizes(_ head: Span<UInt8>) -> Bool { true }

  package init(_ file: MappedFile) throws {
    try self.init(ONNXModelFile(file))
  }

  package var formatName: String { "ONNX, operator set \(operatorSetVersion)" }

  package func network(
    inputShapes: [String: Shape], constants: [String: Tensor], tolerance: ImportTolerance
  ) throws -> Network {
    let reasons: Set<ONNXError.Code> =
      switch tolerance {
      case .nothing: []
      case .unsupported: [.unsupportedOperator, .unsupportedElementType]
      case .unfitting: [.unsupportedOperator, .unsupportedElementType, .shapeMismatch]
      }
    return try network(inputShapes: inputShapes, constants: constants, leavingOut: reasons)
  }
}

extension ONNXNodeProto {
  /// The node's name, or where it has none that of its first result.
  var displayName: String {
    if !name.isEmpty { return name }
    return output.first(where: { !$0.isEmpty }) ?? opType
  }
}
