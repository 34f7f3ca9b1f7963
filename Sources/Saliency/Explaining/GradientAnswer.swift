import SaliencyCore

/// The gradient of what is explained, appended to its network, and what a method did on the way.
struct GradientAnswer {
  /// The modified gradient, of the source's shape.
  let attribution: Value
  /// The names of the layers whose derivative the method replaced.
  let overriddenLayers: [String]
  /// The names of the activations that kept their derivative.
  let keptActivations: [String]

  /// Differentiates.
  ///
  /// - Parameters:
  ///   - explained: the value that is explained, and what it is called.
  ///   - seed: the weights of its elements.
  ///   - source: what the gradient is taken with respect to, and what that is called in messages, such as "layer 'conv1'".
  init(
    of explained: (value: Value, name: String), seed: Value,
    withRespectTo source: (value: Value, name: String),
    in network: Network, method: Method, modifier: GradientModifier
  ) throws {
    let builder = explained.value.builder
    let result = try Differentiation(
      of: explained.value, seed: seed, withRespectTo: [source.value], rule: method.rule)
    guard let gradient = result.gradients[0] else {
      throw SaliencyError(.invalidSetting, "'\(explained.name)' does not depend on \(source.name)")
    }
    overriddenLayers = result.overridden.map { builder.nodes[$0].name }
    let kept = Self.activations(
      of: network, between: source.value, and: explained.value, without: Set(overriddenLayers))
    keptActivations = kept.map(\.name)
    if method.rule != nil, overriddenLayers.isEmpty {
      let kinds = Set(kept.map(\.kind))
      let matched = method.isBuiltIn ? "rectifier (ReLU, ReLU6)" : "node that it matches"
      let others =
        kinds.isEmpty || !method.isBuiltIn ? "" : ", only " + kinds.sorted().joined(separator: ", ")
      throw SaliencyError(
        .methodMatchedNothing,
        "method '\(method.name)' overrides nothing: there is no \(matched) between \(source.name) and "
          + "'\(explained.name)'\(others); use method 'gradient', which this would be")
    }
    attribution = modifier.body(gradient)
    guard builder.failure != nil || attribution.shape == gradient.shape else {
      throw SaliencyError(
        .invalidSetting, "gradient modifier '\(modifier.name)' changes the shape of the gradient")
    }
  }

  /// The layers of a network that are activations, or have one in them, on the way from a source to a result.
  private static func activations(
    of network: Network, between source: Value, and result: Value, without overridden: Set<String>
  ) -> [Network.Layer] {
    let nodes = result.builder.nodes
    let isOnPath = result.path(from: source)
    let active = Set(
      network.graph.nodes.indices.filter { isOnPath.contains($0) && nodes[$0].operation.isActivation }
        .map { nodes[$0].name })
    return network.layers.filter {
      (kinds.contains($0.kind) || active.contains($0.name)) && !overridden.contains($0.name)
        && isOnPath.contains($0.node)
    }
  }

  /// Operators that are activations.
  private static let kinds: Set<String> = [
    "Relu", "Clip", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "Sigmoid", "HardSigmoid", "HardSwish",
    "Mish", "Tanh", "Softplus", "Softsign", "Erf", "Gelu",
  ]
}

extension Value {
  /// The nodes on the ways from `source` to this value, both included; none where there is no way.
  func path(from source: Value) -> Set<Int> {
    let nodes = builder.nodes
    var isBehind = [Bool](repeating: false, count: index + 1)
    guard source.index <= index else { return [] }
    isBehind[source.index] = true
    for node in source.index...index where nodes[node].operands.contains(where: { isBehind[$0] }) {
      isBehind[node] = true
    }
    var isBefore = [Bool](repeating: false, count: index + 1)
    isBefore[index] = isBehind[index]
    for node in (source.index...index).reversed() where isBefore[node] {
      for operand in nodes[node].operands where isBehind[operand] { isBefore[operand] = true }
    }
    return Set(isBefore.indices.filter { isBefore[$0] })
  }
}

extension Operation {
  /// Whether the operation is the body of an activation that no built-in method overrides.
  fileprivate var isActivation: Bool {
    self is Sigmoid || self is HyperbolicTangent || self is Softplus || self is ErrorFunction
      || self is LeakyRectifier || self is ExponentialLinear || self is Clamp
  }
}
