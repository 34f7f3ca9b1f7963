import SaliencyCore

/// A network with the question and its answer appended.
struct ExplanationGraph {
  /// Labels of the graph's inputs.
  static let targetLabel = "target"

  let graph: Graph
  let inputLabel: String
  /// The positions of the results among the graph's outputs.
  let scoresOutput = 0
  let probabilitiesOutput: Int?
  let attributionOutput: Int?
  /// The number of units that a target may name.
  let unitCount: Int
  let batchCount: Int
  let overriddenLayers: [String]
  let keptActivations: [String]
  /// What the scores are, for reports.
  let explained: Explained

  /// Which value of the network is explained.
  struct Explained: Sendable, Hashable {
    var layer: String
    var side: OutputSide
    /// What stands between the score and the probability, such as "Softmax"; nil where there is nothing.
    var finalActivation: String?
    /// Whether that was added because the network ends without one.
    var isActivationAdded: Bool
    /// The axis along which a layer's units lie, where it has more axes than batch and units.
    var unitAxis: Int?
  }

  /// The question about a network.
  struct Question {
    var layer: Network.Layer?
    var side: OutputSide
    var method: Method?
    var modifier: GradientModifier
  }

  /// Builds the graph; without a method only scores and probabilities are computed.
  init(_ network: Network, _ question: Question) throws {
    let builder = GraphBuilder(continuing: network.graph)
    guard let input = network.inputs.first, let output = network.outputs.first else {
      throw SaliencyError(.invalidSetting, "the network has no input or no output")
    }
    inputLabel = input.name
    builder.scope = "explanation"
    var explained = Explained(
      layer: question.layer?.name ?? output.name, side: question.side, finalActivation: nil,
      isActivationAdded: false)
    let units: Value
    var probabilities: Value?
    if let layer = question.layer {
      let value = builder.value(at: layer.node)
      explained.unitAxis =
        value.shape.count > 2 ? network.unitAxis(of: layer, rank: value.shape.count) : nil
      units = try Self.units(of: value, axis: explained.unitAxis ?? 1)
    } else {
      let ends = FinalActivation(of: builder.value(at: output.node))
      let axis = network.channelsAreLast ? max(ends.score.shape.count - 1, 0) : 1
      let scores = try Self.units(of: ends.score, axis: axis)
      let after = try ends.probability.map { try Self.units(of: $0, axis: axis) }
      explained.finalActivation = ends.name
      var side = after
      if after == nil, scores.shape[1] > 1 {
        side = scores.applying(Softmax(axis: 1))
        explained.finalActivation = Softmax.name
        explained.isActivationAdded = true
      }
      probabilities = side
      switch question.side {
      case .score: units = scores
      case .probability:
        guard let side else {
          throw SaliencyError(
            .invalidSetting,
            "the network ends without softmax or sigmoid and has one output; explain its score")
        }
        units = side
      }
    }
    unitCount = units.shape[1]
    batchCount = units.shape[0]
    self.explained = explained

    var outputs = [units]
    if let probabilities {
      probabilitiesOutput = outputs.count
      outputs.append(probabilities)
    } else {
      probabilitiesOutput = nil
    }
    guard let method = question.method else {
      attributionOutput = nil
      (overriddenLayers, keptActivations) = ([], [])
      graph = try builder.graph(outputs: outputs).optimised()
      try graph.requireFiniteFactors()
      return
    }
    let seed = builder.input(Self.targetLabel, shape: units.shape)
    let source = builder.value(at: input.node)
    let result = try Differentiation(of: units, seed: seed, withRespectTo: [source], rule: method.rule)
    guard let gradient = result.gradients[0] else {
      throw SaliencyError(
        .invalidSetting, "'\(explained.layer)' does not depend on the input '\(input.name)'")
    }
    overriddenLayers = result.overridden.map { builder.nodes[$0].name }
    let overridden = Set(overriddenLayers)
    let isUsed = try builder.graph(outputs: [units]).reachable
    // An activation is a layer of its own, or part of one.
    let active = Set(
      network.graph.nodes.indices.filter { isUsed[$0] && network.graph.nodes[$0].operation.isActivation }
        .map { network.graph.nodes[$0].name })
    let kept = network.layers.filter {
      (Self.activations.contains($0.kind) || active.contains($0.name)) && !overridden.contains($0.name)
        && isUsed[$0.node]
    }
    keptActivations = kept.map(\.name)
    if method.rule != nil, overriddenLayers.isEmpty {
      let kinds = Set(kept.map(\.kind))
      let matched = method.isBuiltIn ? "rectifier (ReLU, ReLU6)" : "node that it matches"
      let others =
        kinds.isEmpty || !method.isBuiltIn ? "" : ", only " + kinds.sorted().joined(separator: ", ")
      throw SaliencyError(
        .methodMatchedNothing,
        "method '\(method.name)' overrides nothing: there is no \(matched) between the input and "
          + "'\(explained.layer)'\(others); use method 'gradient', which this would be")
    }
    attributionOutput = outputs.count
    outputs.append(question.modifier.body(gradient))
    graph = try builder.graph(outputs: outputs).optimised()
    try graph.requireFiniteFactors()
    guard graph.nodes[graph.outputs[outputs.count - 1]].shape == input.shape else {
      throw SaliencyError(
        .invalidSetting, "gradient modifier '\(question.modifier.name)' changes the shape of the gradient")
    }
  }

  /// Operators that are activations, for the report on what a method left alone.
  private static let activations: Set<String> = [
    "Relu", "Clip", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "Sigmoid", "HardSigmoid", "HardSwish",
    "Mish", "Tanh", "Softplus", "Softsign", "Erf", "Gelu",
  ]

  /// One number a unit: batch×units, where a unit with spatial axes becomes its mean over them.
  private static func units(of value: Value, axis: Int) throws(SaliencyError) -> Value {
    let shape = value.shape
    switch shape.count {
    case 0: return value.reshaped(to: [1, 1])
    case 1: return value.reshaped(to: [1, shape[0]])
    case 2: return value
    default:
      let axes = (1..<shape.count).filter { $0 != axis }
      return value.mean(axes).reshaped(to: [shape[0], shape[axis]])
    }
  }
}

extension Operation {
  /// Whether the operation is the body of an activation that no built-in method overrides.
  fileprivate var isActivation: Bool {
    self is Sigmoid || self is HyperbolicTangent || self is Softplus || self is ErrorFunction
      || self is LeakyRectifier || self is ExponentialLinear || self is Clamp
  }
}

extension Network {
  /// The axis along which a layer's units lie: the last where channels come last and for what works on tokens, the second
  /// elsewhere.
  fileprivate func unitAxis(of layer: Layer, rank: Int) -> Int {
    channelsAreLast || ["MatMul", "Gemm", "LayerNormalization"].contains(layer.kind) ? rank - 1 : 1
  }
}

/// What stands at the end of a network.
private struct FinalActivation {
  var score: Value
  var probability: Value?
  var name: String?

  /// Looks for a softmax or sigmoid, seen through changes of shape.
  init(of output: Value) {
    score = output
    // In the output's shape, so that a unit is the same before and after.
    func operand(of node: Node) -> Value {
      output.builder.value(at: node.operands[0]).reshaped(to: output.shape)
    }
    var node = output.node
    while node.operation is Reshape { node = output.builder.nodes[node.operands[0]] }
    switch node.operation {
    case is Softmax, is Sigmoid:
      score = operand(of: node)
      probability = output
      name = node.operation.name
    case is LogSoftmax:
      score = operand(of: node)
      probability = output.applying(Exponential())
      name = node.operation.name
    default: break
    }
  }
}
