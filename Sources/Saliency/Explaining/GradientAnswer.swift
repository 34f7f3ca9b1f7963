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
    let name = "'\(explained.name.printable())'"
    try explained.value.requirePath(from: source, in: network, name: name)
    // Rules are about the network; the formula of a loss is meant as it is written.
    let result = try Differentiation(
      of: explained.value, seed: seed, withRespectTo: [source.value], rule: method.rule,
      ruled: network.graph.nodes.indices)
    guard let gradient = result.gradients[0] else {
      if !result.overridden.isEmpty {
        throw SaliencyError(
          .invalidSetting,
          "method '\(method.name.printable())' lets no gradient pass between \(source.name) and \(name); a rule has to give one to "
            + "an operand that leads there")
      }
      throw SaliencyError(
        .invalidSetting,
        "the derivative of \(name) with respect to \(source.name) is 0 everywhere: it depends on it through comparisons or "
          + "rounding alone; explain something that changes smoothly")
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
          + "\(name)\(others); use method 'gradient', which this would be")
    }
    builder.scope = "modifier/" + modifier.name
    attribution = modifier.body(gradient)
    if let failure = builder.failure { throw failure }
    func requireThat(_ condition: Bool, _ fault: @autoclosure () -> String) throws(SaliencyError) {
      guard condition else {
        throw SaliencyError(
          .invalidSetting, "gradient modifier '\(modifier.name.printable())' \(fault())")
      }
    }
    try requireThat(
      attribution.builder === builder, "returns a value of another graph; make it of the gradient it is given"
    )
    try requireThat(
      attribution.shape == gradient.shape,
      "makes \(attribution.shape.text) of a gradient of \(gradient.shape.text); it has to keep the shape")
  }

  /// The layers of a network that are activations, or have one in them, on the way from a source to a result.
  private static func activations(
    of network: Network, between source: Value, and result: Value, without overridden: Set<String>
  ) -> [Network.Layer] {
    let nodes = result.builder.nodes
    // What gives the source is not differentiated.
    let isOnPath = result.path(from: source).subtracting([source.index])
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
  /// Throws where this value, called `name` in messages, does not depend on `source`.
  func requirePath(
    from source: (value: Value, name: String), in network: Network, name: String
  ) throws(SaliencyError) {
    guard path(from: source.value).isEmpty else { return }
    let isBefore = parts(in: network.graph.nodes.indices).contains { !source.value.path(from: $0).isEmpty }
    throw SaliencyError(
      .invalidSetting,
      !isBefore
        ? "\(name) does not depend on \(source.name); nothing that it is made of is computed from that"
        : "\(name) comes before \(source.name), and so does not depend on it; explain something that comes after, or take "
          + "the gradient with respect to an earlier layer")
  }

  /// The values of a range of nodes that this value is made of without others of them in between.
  private func parts(in range: Range<Int>) -> [Value] {
    var found: Set<Int> = []
    var isReached: Set<Int> = [index]
    for node in stride(from: index, through: 0, by: -1) where isReached.contains(node) {
      if range.contains(node) {
        found.insert(node)
      } else {
        isReached.formUnion(builder.nodes[node].operands)
      }
    }
    return found.map(builder.value(at:))
  }

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
