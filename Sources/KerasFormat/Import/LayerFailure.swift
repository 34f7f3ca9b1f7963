import SaliencyCore

/// Why a layer cannot be imported; whoever catches it knows the layer.
struct LayerFailure: Error {
  var code: KerasError.Code
  var message: String
  /// The layer, once it is known.
  var layer: String?

  init(_ code: KerasError.Code, _ message: String, layer: String? = nil) {
    self.code = code
    self.message = message
    self.layer = layer
  }

  /// What went wrong with the weights of a layer.
  init(_ error: KerasError) {
    self.init(error.code, (error.weight.map { "'\($0.printable(limit: 300))': " } ?? "") + error.message)
  }

  static func unsupported(_ message: String) -> LayerFailure { LayerFailure(.unsupportedLayer, message) }
  static func invalid(_ message: String) -> LayerFailure { LayerFailure(.invalidModel, message) }
}

extension ImportTolerance {
  /// The failures of a layer that leave a network without it and what depends on it.
  var tolerated: Set<KerasError.Code> {
    switch self {
    case .nothing: []
    case .unsupported: [.unsupportedLayer]
    case .unfitting: [.unsupportedLayer, .shapeMismatch]
    }
  }
}

extension KerasError {
  /// The failure of a layer, with the file.
  init(_ failure: LayerFailure, file: String) {
    self.init(failure.code, failure.message, file: file, layer: failure.layer)
  }
}
