import FileAccess
import SaliencyCore

extension LayerTable {
  static let core: [String: LayerKind] = [
    "Dense": .function(variables: kernelAndBias) { layer throws(LayerFailure) in
      let input = try layer.input()
      guard let features = input.shape.last, input.shape.count >= 2 else {
        throw LayerFailure(
          .shapeMismatch, "it is called on a tensor of \(input.shape.text), which has no features")
      }
      let units = try layer.settings.integer("units")
      let kernel = try layer.weight("kernel", shape: [features, units])
      let bias = try layer.bias(shape: [units])
      let product =
        bias.map { input.applying(MatrixProduct(), kernel, $0) } ?? input.applying(MatrixProduct(), kernel)
      return try layer.activated(product)
    },
    "EinsumDense": .function(variables: { settings in
      .list(settings["bias_axes"] == nil ? ["kernel"] : ["kernel", "bias"])
    }) { layer throws(LayerFailure) in
      guard let equation = try layer.settings.text("equation") else {
        throw .invalid("setting 'equation' is missing")
      }
      let product = try einsum(equation, [try layer.input(), try layer.weight("kernel")])
      let hasBias = layer.settings["bias_axes"] != nil
      return try layer.activated(hasBias ? product + (try layer.weight("bias")) : product)
    },
    "Embedding": LayerKind(variables: { _ in .list("embeddings") }) { layer throws(LayerFailure) in
      [try embedded(layer)]
    },
    "ReversibleEmbedding": LayerKind(variables: { layer throws(LayerFailure) in
      .list(
        try layer.settings.flag("tie_weights", default: true)
          ? ["embeddings"] : ["embeddings", "reverse_embeddings"])
    }) { layer throws(LayerFailure) in
      let isReverse =
        layer.keywords["reverse"]?.json?.boolean ?? layer.arguments.dropFirst().first?.json?.boolean
      guard isReverse == true else { return [try embedded(layer)] }
      let isTied = try layer.settings.flag("tie_weights", default: true)
      let kernel = try layer.weight(isTied ? "embeddings" : "reverse_embeddings")
      let logits = try layer.input().applying(MatrixProduct(transposesRight: isTied), kernel)
      guard let cap = try layer.settings.numberIfPresent("logit_soft_cap") else {
        return [LayerValue(logits)]
      }
      return [LayerValue((logits / cap).applying(HyperbolicTangent()) * cap)]
    },
    "Masking": LayerKind { layer throws(LayerFailure) in
      let input = try layer.input(rank: 3...8, "batch×time×features")
      let masked = try layer.settings.number("mask_value", default: 0)
      let counts = (input - masked).magnitude().applying(HeavisideStep())
        .sum([input.shape.count - 1]).applying(HeavisideStep())
      let mask = counts.reshaped(to: Shape(input.shape.dropLast()))
      return [LayerValue(input * counts, mask: mask)]
    },
    "Identity": identity,
    "Flatten": .function { layer throws(LayerFailure) in
      var input = try layer.input()
      let shape = input.shape
      guard let batch = shape.first else {
        throw LayerFailure(.shapeMismatch, "a scalar cannot be flattened")
      }
      if shape.count > 2, try layer.hasChannelsFirst {
        // Keras flattens in the order of channels last, whatever the layout.
        input = input.transposed([0] + Array(2..<shape.count) + [1])
      }
      return input.reshaped(to: [batch, shape.dropFirst().reduce(1, *)])
    },
    // In `keras.applications`: multiplies each channel.
    "LayerScale": .function(variables: { _ in .list("gamma") }) { layer throws(LayerFailure) in
      try layer.input() * layer.weight("gamma")
    },
    // In `keras.applications`: x + scale · y.
    "CustomScaleLayer": .function { layer throws(LayerFailure) in
      try layer.input(0) + layer.input(1) * layer.settings.number("scale", default: 1)
    },
  ]

  /// The rows of the table of embeddings that the input counts.
  private static func embedded(_ layer: LayerImport) throws(LayerFailure) -> LayerValue {
    let indices = try layer.input()
    let table = try layer.weight(
      "embeddings",
      shape: [try layer.settings.integer("input_dim"), try layer.settings.integer("output_dim")])
    let hasMask = try layer.settings.flag("mask_zero", default: false)
    let mask = hasMask ? indices.magnitude().applying(HeavisideStep()) : nil
    let (count, features) = (indices.shape.elementCount, table.shape[1])
    let rows = indices.reshaped(to: [count, 1]).broadcast(to: [count, features])
    return LayerValue(
      table.applying(AxisGather(axis: 0), rows).reshaped(to: indices.shape + [features]), mask: mask)
  }

  /// What does nothing when a network is used.
  static let identity = LayerKind { layer throws(LayerFailure) in
    _ = try layer.input()
    return layer.inputs
  }

  static let regularization: [String: LayerKind] = Dictionary(
    uniqueKeysWithValues: [
      "ActivityRegularization", "AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise",
      "SpatialDropout1D",
      "SpatialDropout2D", "SpatialDropout3D", "StochasticDepth",
    ].map { ($0, identity) })

  /// The variables of most layers with weights.
  static let kernelAndBias: @Sendable (Settings) throws(LayerFailure) -> [Variable] = {
    settings throws(LayerFailure) in
    .list(try settings.usesBias ? ["kernel", "bias"] : ["kernel"])
  }

  /// A sum of products, with a batch of any rank where the equation says `...`.
  static func einsum(_ equation: String, _ operands: [Value]) throws(LayerFailure) -> Value {
    do throws(GraphError) {
      return try EinsteinSum(equation, shapes: operands.map(\.shape))(operands)
    } catch {
      throw LayerFailure(error)
    }
  }
}

extension Settings {
  /// Whether the layer has a bias.
  var usesBias: Bool {
    get throws(LayerFailure) { try flag("use_bias", default: true) }
  }
}

extension LayerImport {
  /// The bias, where the layer has one.
  func bias(shape: Shape, at path: [String] = []) throws(LayerFailure) -> Value? {
    try settings.usesBias ? try weight("bias", shape: shape, at: path) : nil
  }

  /// The value after the layer's activation.
  func activated(_ value: Value, _ key: String = "activation") throws(LayerFailure) -> Value {
    try ActivationFunction(settings[key], of: self)(value)
  }
}
