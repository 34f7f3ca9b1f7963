internal import FileAccess
internal import KerasFormat
internal import ONNXFormat
internal import SaliencyCore

/// A model file of one of the formats that can be read.
enum ModelFormat: Sendable {
  case onnx(ONNXModel)
  case keras(KerasModel)

  /// Opens the file at `path`; its first bytes say which format it is.
  init(contentsOf path: String) throws {
    if KerasModel.recognises(path) {
      self = .keras(try KerasModel(contentsOf: path))
    } else {
      self = .onnx(try ONNXModel(contentsOf: path))
    }
  }

  var digest: String {
    switch self {
    case .onnx(let model): model.digest
    case .keras(let model): model.digest
    }
  }

  var name: String {
    switch self {
    case .onnx(let model): "ONNX, operator set \(model.operatorSetVersion)"
    case .keras(let model): model.format
    }
  }

  var producer: String {
    switch self {
    case .onnx(let model): model.producer
    case .keras(let model): model.kerasVersion.map { "Keras \($0)" } ?? ""
    }
  }

  var metadata: [String: String] {
    switch self {
    case .onnx(let model): model.metadata
    case .keras: [:]
    }
  }

  var inputs: [Model.Input] {
    switch self {
    case .onnx(let model):
      model.inputs.map {
        .init(
          name: $0.name, dimensions: $0.dimensions, elementType: $0.typeName, integerRange: $0.integerRange)
      }
    case .keras(let model):
      model.inputs.map {
        .init(name: $0.name, dimensions: $0.dimensions, elementType: "float32", integerRange: nil)
      }
    }
  }

  var outputs: [String] {
    switch self {
    case .onnx(let model): model.outputs
    case .keras(let model): model.outputs
    }
  }

  /// Whether the first axis of each input is the batch's by the format's own rules.
  var hasLeadingBatch: Bool {
    switch self {
    case .onnx: false
    case .keras: true
    }
  }

  var unsupportedNodes: [Model.UnsupportedNode] {
    switch self {
    case .onnx(let model): model.unsupportedNodes.map { .init(node: $0.node, kind: $0.kind) }
    case .keras(let model): model.unsupportedLayers.map { .init(node: $0.layer, kind: $0.kind) }
    }
  }

  /// Whether weights lie in files of their own beside the model.
  var hasExternalWeights: Bool {
    switch self {
    case .onnx(let model): model.hasExternalWeights
    case .keras: false
    }
  }

  /// Where pictures usually have their channels.
  var usualLayout: PictureLayout {
    switch self {
    case .onnx: .channelsFirst
    case .keras: .channelsLast
    }
  }

  /// What the first nodes behind an input say about it.
  func reading(ofInput name: String) -> InputReading {
    switch self {
    case .onnx(let model): model.reading(ofInput: name)
    case .keras: InputReading()
    }
  }

  /// What pixels are multiplied by for a network that normalises what it is given itself, and what does so; nil for others.
  func ownScale(ofInput name: String) -> (scale: Float, origin: String)? {
    switch self {
    case .onnx(let model):
      let reading = model.reading(ofInput: name)
      guard reading.isNormalised else { return nil }
      return (reading.isNormalisedFromBytes ? 1 : 1 / 255, "nodes of the model")
    case .keras(let model):
      return model.scalesPixels(ofInput: name) ? (1, "layers of the model") : nil
    }
  }

  /// Whether a network is made of what is supported where not all is.
  var isPartial: Bool {
    switch self {
    case .onnx: true
    case .keras: false
    }
  }

  /// The network without what does not take inputs of these shapes; nil where nothing can be imported.
  func roughNetwork(inputShapes: [String: Shape], constants: [String: Tensor]) -> Network? {
    switch self {
    case .onnx(let model):
      try? model.network(
        inputShapes: inputShapes, constants: constants,
        leavingOut: [.unsupportedOperator, .unsupportedElementType, .shapeMismatch])
    case .keras(let model): try? model.network(inputShapes: inputShapes, constants: constants)
    }
  }

  func network(inputShapes: [String: Shape], constants: [String: Tensor]) throws -> Network {
    switch self {
    case .onnx(let model):
      try model.network(inputShapes: inputShapes, constants: constants, isPartial: true)
    case .keras(let model): try model.network(inputShapes: inputShapes, constants: constants)
    }
  }
}
