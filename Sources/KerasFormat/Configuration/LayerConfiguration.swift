import FileAccess

/// A layer, or an operation recorded in a functional model, as a configuration describes it.
struct LayerConfiguration: Sendable {
  /// The class, such as "Conv2D".
  let className: String
  /// Whether it is an operation of `keras.ops` and no layer, such as the sum that `x + y` records.
  var isOperation: Bool
  /// The layer's name, unique in its model.
  let name: String
  /// The arguments of its constructor.
  var settings: Settings
  /// The model, where the layer is one.
  let model: ModelConfiguration?
  /// How often it is called, and on what.
  var calls: [LayerCall]
  /// Whether the operation stands in a layer of its own, which counts among the model's layers.
  var isOperationInLayer = false

  /// Whether it is the input of a Sequential model, which Keras leaves out of `model.layers`.
  var isInputOfSequential = false

  /// Whether the model counts it among its layers.
  var isCounted: Bool { (!isOperation || isOperationInLayer) && !isInputOfSequential }
}

/// One call of a layer.
struct LayerCall: Sendable {
  var arguments: [CallArgument]
  var keywords: [String: CallArgument]

  /// The results of other calls that this one needs.
  var references: [TensorReference] {
    (arguments + keywords.sorted { $0.key < $1.key }.map(\.value)).flatMap(\.references)
  }
}

/// A result of a call of a layer.
struct TensorReference: Sendable, Hashable {
  let layer: String
  var call: Int
  let output: Int

  /// The layer's name, with the number of the call from the second on: `conv`, `conv#2`.
  var callName: String { call == 0 ? layer : "\(layer)#\(call + 1)" }
}

/// What a layer is called on.
indirect enum CallArgument: Sendable {
  case tensor(TensorReference)
  case list([CallArgument])
  case literal(JSONValue)

  var references: [TensorReference] {
    switch self {
    case .tensor(let reference): [reference]
    case .list(let items): items.flatMap(\.references)
    case .literal: []
    }
  }

  func mapReferences(_ body: (TensorReference) -> TensorReference) -> CallArgument {
    switch self {
    case .tensor(let reference): .tensor(body(reference))
    case .list(let items): .list(items.map { $0.mapReferences(body) })
    case .literal: self
    }
  }
}
