import SaliencyCore

/// A network with the question and its answer appended.
struct ExplanationGraph {
  /// The label of the graph's input that says which units are explained.
  static let targetLabel = "target"

  let graph: Graph
  let inputLabel: String
  /// What the attribution is taken with respect to.
  let source: Source
  /// The positions of the results among the graph's outputs.
  let scoresOutput: Int?
  let probabilitiesOutput: Int?
  let lossOutputs: Range<Int>
  let attributionOutput: Int?
  /// The number of units that a target may name; 0 where losses are explained.
  let unitCount: Int
  let overriddenLayers: [String]
  let keptActivations: [String]
  /// What is explained, for reports.
  let explained: ExplainedUnits.Explained

  /// What is explained.
  enum Subject {
    /// Units of a layer, or where it is nil of the output, that a target chooses at each run.
    case units(of: LayerReference?, side: OutputSide)
    /// The weighted sum of losses.
    case losses([(Loss, weight: Float)])
  }

  /// The question about a network.
  struct Question {
    var subject: Subject
    /// The layer that the attribution is for; the network's input where nil.
    var source: LayerReference?
    /// Nil where scores and probabilities alone are wanted.
    var method: Method?
    var modifier: GradientModifier
  }

  /// What the attribution is taken with respect to.
  struct Source {
    /// The layer's name; nil for the network's input.
    let layer: String?
    let shape: Shape
    /// The axis along which channels lie; nil where there are none.
    let channelAxis: Int?
  }

  /// Builds the graph; `layout` is that of the input if it is made of pictures.
  init(_ network: Network, _ question: Question, layout: PictureLayout) throws {
    let builder = GraphBuilder(continuing: network.graph)
    guard let input = network.inputs.first, !network.outputs.isEmpty else {
      throw SaliencyError(.invalidSetting, "the network has no input or no output")
    }
    inputLabel = input.name
    builder.scope = "explanation"
    let layer = try question.source.map { try network.layer($0) }
    source = Source(
      layer: layer?.name, shape: layer?.shape ?? input.shape,
      channelAxis: layer.map { network.channelAxis(of: $0) }
        ?? network.channelAxis(of: input, ifPicture: layout))
    let sourceValue = (
      value: builder.value(at: layer?.node ?? input.node),
      name: layer.map { "layer '\($0.name.printable())'" } ?? "the input '\(input.name.printable())'"
    )
    func differentiated(_ value: Value, _ name: String, seed: @autoclosure () -> Value) throws
      -> GradientAnswer?
    {
      guard let method = question.method else { return nil }
      return try GradientAnswer(
        of: (value, name), seed: seed(), withRespectTo: sourceValue, in: network, method: method,
        modifier: question.modifier)
    }

    var outputs: [Value] = []
    let answer: GradientAnswer?
    switch question.subject {
    case .units(let reference, let side):
      let units = try ExplainedUnits(
        network, builder, layer: try reference.map { try network.layer($0) }, side: side)
      (explained, unitCount, scoresOutput) = (units.explained, units.units.shape[1], 0)
      outputs.append(units.units)
      if let probabilities = units.probabilities { outputs.append(probabilities) }
      probabilitiesOutput = units.probabilities == nil ? nil : 1
      lossOutputs = outputs.count..<outputs.count
      answer = try differentiated(
        units.units, explained.layer, seed: builder.input(Self.targetLabel, shape: units.units.shape))
    case .losses(let losses):
      let sum = try WeightedLosses(losses, network, builder, source: sourceValue)
      explained = .init(layer: sum.name, side: .score)
      (unitCount, scoresOutput, probabilitiesOutput) = (0, nil, nil)
      lossOutputs = 0..<losses.count
      outputs += sum.values
      answer = try differentiated(sum.total, sum.name, seed: builder.constant(Tensor(1)))
    }
    overriddenLayers = answer?.overriddenLayers ?? []
    keptActivations = answer?.keptActivations ?? []
    attributionOutput = answer == nil ? nil : outputs.count
    if let answer { outputs.append(answer.attribution) }
    graph = try builder.graph(outputs: outputs).optimised()
    try graph.requireFiniteFactors(of: network)
  }
}

extension Network {
  /// The axis along which an input's channels lie; nil where there are none beside batch and features.
  fileprivate func channelAxis(of input: Port, ifPicture layout: PictureLayout) -> Int? {
    switch input.shape.count {
    case ...2: nil
    case 4: layout.channelAxis
    case let rank: channelsAreLast ? rank - 1 : 1
    }
  }
}
