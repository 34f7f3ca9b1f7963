import FileAccess
import SaliencyCore

/// An activation as `activation="relu"` or an activation layer names it (`keras.activations`).
struct ActivationFunction {
  private let body: (Value) throws(LayerFailure) -> Value

  func callAsFunction(_ value: Value) throws(LayerFailure) -> Value { try body(value) }

  /// The activation of a setting: a name, or a layer or function that stands in its place.
  ///
  /// - Throws: `LayerFailure` where it is none of Keras's.
  init(_ json: JSONValue?, of layer: LayerImport) throws(LayerFailure) {
    guard let json, json != .null else {
      body = { $0 }
      return
    }
    if let name = json.text ?? (json["class_name"]?.text == "function" ? json["config"]?.text : nil) {
      guard let function = Self.functions[name] else {
        throw .unsupported("activation '\(name.printable())' is not supported")
      }
      body = { value throws(LayerFailure) in try function(value, layer.session.majorVersion) }
      return
    }
    do throws(LayerFailure) {
      let inner = try LayerConfiguration(json, defaultName: "activation", depth: 0)
      body = { value throws(LayerFailure) in
        try layer.nested(inner, at: ["activation"], on: [LayerValue(value)])[0].value
      }
    } catch {
      throw .unsupported("an activation that is no name is not supported, unless it is a layer")
    }
  }

  typealias Function = @Sendable (Value, _ majorVersion: Int) throws(LayerFailure) -> Value

  private static func unary(_ operation: any Operation) -> Function {
    { value, _ in value.applying(operation) }
  }

  /// Keras's activations by name.
  static let functions: [String: Function] = [
    "linear": { value, _ in value },
    "relu": unary(Rectifier()),
    "relu6": unary(Rectifier(ceiling: 6)),
    "leaky_relu": unary(LeakyRectifier(slope: 0.2)),
    "sigmoid": unary(Sigmoid()),
    "tanh": unary(HyperbolicTangent()),
    "exponential": unary(Exponential()),
    "softplus": unary(Softplus()),
    "elu": unary(ExponentialLinear(alpha: 1)),
    "celu": unary(ExponentialLinear(alpha: 1)),
    "selu": { value, _ in value.scaledExponentialLinear() },
    "silu": { value, _ in value.siLU() },
    "swish": { value, _ in value.siLU() },
    "mish": { value, _ in value.mish() },
    "gelu": { value, _ in value.gaussianErrorLinear(isApproximate: false) },
    "softsign": { value, _ in value.softsign() },
    "hard_sigmoid": hardSigmoid,
    "hard_silu": { value, version throws(LayerFailure) in try value * hardSigmoid(value, version) },
    "hard_swish": { value, version throws(LayerFailure) in try value * hardSigmoid(value, version) },
    "hard_tanh": unary(Clamp(lower: -1, upper: 1)),
    "hard_shrink": { value, _ in value.gated(by: value.magnitude(), above: 0.5) },
    "soft_shrink": { value, _ in
      (value - 0.5).gated(by: value, above: 0.5) + (value + 0.5).gated(by: -value, above: 0.5)
    },
    "tanh_shrink": { value, _ in value - value.applying(HyperbolicTangent()) },
    "squareplus": { value, _ in (value + (value * value + 4).applying(SquareRoot())) * 0.5 },
    "sparse_plus": { value, _ in
      let inner = (value + 1) * (value + 1) * 0.25
      return inner.gated(by: value, above: -1, below: 1) + value.gated(by: value - 1, atLeast: 0)
    },
    "sparse_sigmoid": { value, _ in (value * 0.5 + 0.5).applying(Clamp(lower: 0, upper: 1)) },
    "log_sigmoid": { value, _ in -(-value).applying(Softplus()) },
    "threshold": { value, _ in value.gated(by: value, above: 0) },
    "glu": { value, _ throws(LayerFailure) in
      let axis = value.shape.count - 1
      guard axis >= 0, value.shape[axis] % 2 == 0 else {
        throw LayerFailure(.shapeMismatch, "a gated linear unit needs an even number of channels")
      }
      let half = value.shape[axis] / 2
      return value.sliced(axis: axis, from: 0, count: half)
        * value.sliced(axis: axis, from: half, count: half).applying(Sigmoid())
    },
    "softmax": { value, _ throws(LayerFailure) in try softmax(value) { Softmax(axis: $0) } },
    "log_softmax": { value, _ throws(LayerFailure) in try softmax(value) { LogSoftmax(axis: $0) } },
    "sparsemax": { value, _ throws(LayerFailure) in
      let axis = value.shape.count - 1
      guard axis >= 0 else { throw LayerFailure(.shapeMismatch, "a sparsemax of a scalar is not defined") }
      let count = value.shape[axis]
      let sorted = value.applying(
        AxisGather(axis: axis), value.applying(TopKIndices(axis: axis, count: count)))
      let ranks = value.builder.constant(
        Tensor(shape: [count], values: (1...max(count, 1)).map { Float($0) }))
      // The largest elements stay as long as 1 + k · z_k exceeds their sum. Keras then adds up all partial sums of those
      // that stay, where the paper has the last; what counts is what the network was trained with.
      let sums = sorted.applying(CumulativeSum(axis: axis))
      let stays = (sorted * ranks + 1).applying(Comparison(.greater), sums)
      let threshold = ((sums * stays).sum([axis]) - 1) / stays.sum([axis])
      return (value - threshold).gated(by: value - threshold, above: 0)
    },
  ]

  private static func softmax(
    _ value: Value, _ operation: (Int) -> any Operation
  ) throws(LayerFailure) -> Value {
    guard value.shape.count >= 2 else {
      throw LayerFailure(
        .shapeMismatch, "a softmax of \(value.shape.text) is not defined; it takes two axes at least")
    }
    return value.applying(operation(value.shape.count - 1))
  }

  /// Before version 3 Keras's hard sigmoid had a slope of 0.2, since then it has one of 1/6.
  private static let hardSigmoid: Function = { value, majorVersion throws(LayerFailure) in
    value.hardSigmoid(alpha: majorVersion < 3 ? 0.2 : 1 / 6, beta: 0.5)
  }
}

extension Value {
  /// This value where `condition` ≥ `bound`, 0 elsewhere.
  fileprivate func gated(by condition: Value, atLeast bound: Float) -> Value {
    self - gated(by: -condition, above: -bound)
  }
}
