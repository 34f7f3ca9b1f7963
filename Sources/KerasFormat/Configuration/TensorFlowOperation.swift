import FileAccess
import SaliencyCore

/// The functions of TensorFlow that functional models of tf.keras record in layers of their own, as functions of
/// `keras.ops`.
enum TensorFlowOperation {
  /// The layer as the operation that it stands for; itself where it is another layer, or a function that is not known.
  static func translated(_ layer: LayerConfiguration) -> LayerConfiguration {
    guard ["TFOpLambda", "SlicingOpLambda"].contains(layer.className),
      let name = layer.settings["function"]?.text, let className = names[name]
    else { return layer }
    var operation = LayerConfiguration(
      className: className, isOperation: true, name: layer.name, settings: Settings(nil), model: nil,
      calls: layer.calls.map { translated($0, of: className) })
    operation.isOperationInLayer = true
    return operation
  }

  private static func translated(_ call: LayerCall, of className: String) -> LayerCall {
    var result = LayerCall(arguments: call.arguments, keywords: [:])
    for (key, value) in call.keywords where !["name", "conjugate"].contains(key) {
      result.keywords[parameters[key] ?? key] = value
    }
    switch className {
    case "Gelu": result.setDefault("approximate", .boolean(false))
    case "Normalize":
      // TensorFlow bounds the sum of the squares, Keras the norm.
      let epsilon = result.keywords["epsilon"]?.number ?? 1e-12
      result.keywords["epsilon"] = .literal(.number(epsilon.squareRoot()))
    case "GetItem": result.keywords["key"] = result.keywords["key"].map { .literal(slices($0.json)) }
    default: break
    }
    return result
  }

  /// Slices as Keras 3 writes them.
  private static func slices(_ json: JSONValue) -> JSONValue {
    if let items = json.array { return .array(items.map(slices)) }
    guard case .object(let entries) = json, entries["class_name"] == nil else { return json }
    return .object(["class_name": .string("__slice__"), "config": json])
  }

  private static let parameters = [
    "y": "x2", "b": "x2", "perm": "axes", "paddings": "pad_width", "clip_value_min": "x_min",
    "clip_value_max": "x_max", "num_or_size_splits": "indices_or_sections", "slice_spec": "key",
    "alpha": "negative_slope", "multiples": "repeats",
  ]

  private static let names = [
    "__operators__.add": "Add", "math.add": "Add", "math.subtract": "Subtract", "math.multiply": "Multiply",
    "math.truediv": "TrueDivide", "math.divide": "Divide", "math.pow": "Power", "math.maximum": "Maximum",
    "math.minimum": "Minimum", "math.negative": "Negative", "math.abs": "Abs", "math.exp": "Exp",
    "math.log": "Log", "math.sqrt": "Sqrt", "math.rsqrt": "Rsqrt", "math.square": "Square",
    "math.sigmoid": "Sigmoid", "nn.sigmoid": "Sigmoid", "math.tanh": "Tanh", "nn.relu": "Relu",
    "nn.relu6": "Relu6", "nn.silu": "Silu", "nn.swish": "Silu", "nn.gelu": "Gelu",
    "nn.leaky_relu": "LeakyRelu", "math.softplus": "Softplus", "nn.softmax": "Softmax",
    "nn.log_softmax": "LogSoftmax", "math.l2_normalize": "Normalize", "math.reduce_mean": "Mean",
    "math.reduce_sum": "Sum", "math.reduce_max": "Max", "math.reduce_min": "Min", "math.reduce_prod": "Prod",
    "clip_by_value": "Clip", "cast": "Cast", "identity": "Identity", "reshape": "Reshape",
    "expand_dims": "ExpandDims", "compat.v1.squeeze": "Squeeze", "squeeze": "Squeeze",
    "compat.v1.transpose": "Transpose", "transpose": "Transpose", "concat": "Concatenate", "stack": "Stack",
    "split": "Split", "compat.v1.pad": "Pad", "pad": "Pad", "tile": "Tile", "linalg.matmul": "Matmul",
    "__operators__.getitem": "GetItem",
  ]
}

extension LayerCall {
  fileprivate mutating func setDefault(_ key: String, _ value: JSONValue) {
    if keywords[key] == nil { keywords[key] = .literal(value) }
  }
}

extension CallArgument {
  /// The argument as the configuration has it; tensors are null.
  fileprivate var json: JSONValue {
    switch self {
    case .tensor: .null
    case .list(let items): .array(items.map(\.json))
    case .literal(let json): json
    }
  }

  fileprivate var number: Double? { json.number }
}
