public import SaliencyCore

/// What a ``GraphMethod`` is given: a network, what is explained, and what for.
public final class MethodContext {
  /// The network that is explained.
  public let network: Network
  /// The value that is explained: items×units with the places of a unit behind them, or a scalar where losses are explained.
  public let explained: Value
  /// The weights of its elements in the scalar whose gradient is meant, of the same shape: 1 for each unit of the target, or for the mean over a
  /// unit's places one over their number at each.
  public let seed: Value
  /// What the attribution is for: the network's input, or the activation of a layer.
  public let attributionTarget: Value
  /// The axis of the attribution target along which channels lie; nil where there are none.
  public let channelAxis: Int?
  /// What the axes of the network's input stand for.
  let inputRoles: AxisRoles
  /// Whether the network's output is explained, whose head is the answer, and no layer in its middle.
  let explainsOutput: Bool

  /// What is read of a detector; nil where no box is explained.
  var head: DetectorHead?

  private let method: String
  private let explainedName: String
  private let attributionTargetName: String
  private var overridden: Set<Int> = []
  /// The layers that the method looked at, as it was told or as it found them.
  private(set) var methodLayers: [Network.Layer] = []

  init(
    of explained: (value: Value, name: String), seed: Value,
    withRespectTo attributionTarget: (value: Value, name: String), channelAxis: Int?, in network: Network,
    inputRoles: AxisRoles? = nil, explainsOutput: Bool = true, method: String
  ) throws {
    self.network = network
    (self.explained, explainedName) = (explained.value, "'\(explained.name.printable())'")
    (self.attributionTarget, attributionTargetName) = attributionTarget
    self.seed = seed
    self.channelAxis = channelAxis
    self.inputRoles = try inputRoles ?? network.inputRoles()
    self.explainsOutput = explainsOutput
    self.method = method.printable()
    // Where a network was cut, the attribution target is an input itself.
    if !(attributionTarget.value.node.operation is Input) {
      try requireDependence(of: attributionTarget.value, attributionTarget.name)
    }
    try explained.value.requirePath(from: attributionTarget, in: network, name: explainedName)
  }

  /// The graph under construction.
  public var builder: GraphBuilder { explained.builder }
  /// The network's input.
  public var input: Value { builder.value(at: network.inputs[0].node) }

  /// Throws where a value, called `name` in messages, does not depend on the network's input.
  func requireDependence(of value: Value, _ name: String) throws(SaliencyError) {
    let input = network.inputs[0]
    try value.requirePath(
      from: (builder.value(at: input.node), "the input '\(input.name.printable())'"), in: network, name: name)
  }

  /// The gradient of what is explained with respect to the attribution target.
  ///
  /// - Parameters:
  ///   - rule: what stands in for derivatives at the nodes of the network that it matches.
  ///   - matching: what the rule is looking for, in words, for the error that is thrown where it matches nothing; nil where that is no
  ///     error.
  ///   - seed: the weights of the explained value's elements; ``seed`` where nil.
  /// - Throws: `SaliencyError` where the rule matches nothing or lets nothing pass, or the derivative is 0 everywhere;
  ///   `GraphError` where a node cannot be differentiated.
  public func gradient(
    rule: BackpropRule? = nil, matching: String? = "node that it matches", seed: Value? = nil
  ) throws -> Value {
    try gradients(withRespectTo: [attributionTarget], rule: rule, matching: matching, seed: seed)[0]
  }

  /// The gradients of what is explained with respect to several values of the network.
  ///
  /// - Throws: what ``gradient(rule:matching:seed:)`` throws.
  public func gradients(
    withRespectTo sources: [Value], rule: BackpropRule? = nil, matching: String? = "node that it matches",
    seed: Value? = nil
  ) throws -> [Value] {
    // Rules are about the network; the formula of a loss is meant as it is written.
    try gradients(
      withRespectTo: sources, rule: rule, ruled: network.graph.nodes.indices, matching: matching, seed: seed)
  }

  /// The part of the gradient that goes through elements of a layer's activation.
  ///
  /// - Parameter mask: 1 for those elements and 0 for the others, of the layer's shape or one that is broadcast to it.
  /// - Throws: `SaliencyError` where the layer does not lie between the attribution target and what is explained, or the derivative is 0 everywhere;
  ///   `GraphError` where a node cannot be differentiated.
  func gradient(through layer: Network.Layer, at mask: Tensor) throws -> Value {
    let (value, name) = (builder.value(at: layer.node), "layer '\(layer.name.printable())'")
    try value.requirePath(from: (attributionTarget, attributionTargetName), in: network, name: name)
    try explained.requirePath(from: (value, name), in: network, name: explainedName)
    let gradient = try gradients(withRespectTo: [value])[0]
    let result = try Differentiation(
      of: value, seed: gradient * builder.constant(mask), withRespectTo: [attributionTarget])
    guard let gradient = result.gradients[0] else { throw hasNoDerivative(name) }
    return gradient
  }

  private func hasNoDerivative(_ name: String) -> SaliencyError {
    SaliencyError(
      .invalidSetting,
      "the derivative of \(name) with respect to \(attributionTargetName) is 0 everywhere: it depends on it through comparisons or rounding "
        + "alone; explain something that changes smoothly")
  }

  /// The same by a rule that is also about the formula of what is explained: the mean over a filter's places, the sum of losses.
  func relevance(rule: BackpropRule) throws -> Value {
    try gradients(
      withRespectTo: [attributionTarget], rule: rule, ruled: nil, matching: nil,
      seed: seed * explained.bounded())[0]
  }

  private func gradients(
    withRespectTo sources: [Value], rule: BackpropRule?, ruled: Range<Int>?, matching: String?, seed: Value?
  ) throws -> [Value] {
    let result = try Differentiation(
      of: explained, seed: seed ?? self.seed, withRespectTo: sources, rule: rule, ruled: ruled)
    overridden.formUnion(result.overridden.filter(network.graph.nodes.indices.contains))
    let gradients = try result.gradients.map { gradient throws(SaliencyError) in
      guard let gradient else {
        if result.overridden.isEmpty { throw hasNoDerivative(explainedName) }
        throw SaliencyError(
          .invalidSetting,
          "method '\(method)' lets no gradient pass between \(attributionTargetName) and \(explainedName); a rule has to give one to an "
            + "operand that leads there")
      }
      return gradient
    }
    if rule != nil, let matching, result.overridden.isEmpty {
      let kinds = Set(keptActivations.map(\.kind))
      let others =
        kinds.isEmpty || matching == "node that it matches"
        ? "" : ", only " + kinds.sorted().joined(separator: ", ")
      throw SaliencyError(
        .methodMatchedNothing,
        "method '\(method)' overrides nothing: there is no \(matching) between \(attributionTargetName) and "
          + "\(explainedName)\(others); use method 'gradient', which this would be")
    }
    return gradients
  }

  /// Takes down that the method looks at a layer.
  func note(_ layer: Network.Layer) {
    if !methodLayers.contains(layer) { methodLayers.append(layer) }
  }

  /// The names of the layers whose derivative was replaced.
  var overriddenLayers: [String] { network.layerNames(of: overridden.sorted()) }

  /// The activations between attribution target and explained value that kept their derivative.
  var keptActivations: [Network.Layer] {
    Self.activations(of: network, between: attributionTarget, and: explained, without: Set(overriddenLayers))
  }

  /// The layers of a network that are activations, or have one in them, on the way from a source to a result.
  private static func activations(
    of network: Network, between source: Value, and result: Value, without overridden: Set<String>
  ) -> [Network.Layer] {
    // What gives the source is not differentiated.
    let isOnPath = result.path(from: source).subtracting([source.index])
    let isActivation = network.graph.isActivation
    let active = Set(
      network.layerNames(
        of: network.graph.nodes.indices.filter { isOnPath.contains($0) && isActivation[$0] }))
    return network.layers.filter {
      active.contains($0.name) && !overridden.contains($0.name) && isOnPath.contains($0.node)
    }
  }
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
