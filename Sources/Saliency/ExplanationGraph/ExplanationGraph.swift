import SaliencyCore

/// A network with the question and its answer appended.
struct ExplanationGraph {
  /// The label of the graph's input that says which units are explained.
  static let targetLabel = "explained units"

  let graph: Graph
  let inputLabel: String
  /// What the attribution is taken with respect to.
  let attributionTarget: AttributionTarget
  /// The axis of the input along which channels lie; nil where there are none.
  let inputChannelAxis: Int?
  /// What the axes of the input stand for.
  let inputRoles: AxisRoles
  /// The positions of the results among the graph's outputs.
  let scoresOutput: Int?
  let probabilitiesOutput: Int?
  /// Which of both is explained.
  var explainedOutput: Int? {
    explained.side == .probability && detector == nil ? probabilitiesOutput : scoresOutput
  }
  let lossOutputs: Range<Int>
  let lossWeights: [Float]
  let attributionOutput: Int?
  /// The positions of further results that were asked for.
  let furtherOutputs: Range<Int>
  /// The layers that a sampling method reads, and the positions of their activations.
  let activationLayers: [ActivationLayer]
  let activationOutputs: Range<Int>
  /// The position of what the attribution is for; nil where it was not asked for.
  let attributionTargetOutput: Int?
  /// The number of units that a target may name; 0 where losses are explained.
  let unitCount: Int
  let overriddenLayers: [String]
  let keptActivations: [String]
  /// The layers that the method looked at, as it was told or as it found them.
  let methodLayers: [Network.Layer]
  /// What is explained, for reports.
  let explained: ExplainedUnits.Explained
  /// How the output's boxes are read; nil where no boxes are asked about.
  let detector: Detector?

  /// What is explained.
  enum Subject {
    /// Units of a layer, or where it is nil of the output, that a target chooses at each run.
    case units(of: LayerReference?, side: OutputSide)
    /// The weighted sum of losses.
    case losses([(Loss, weight: Float)])
  }

  /// Whether units are the numbers of a detector's candidates.
  enum BoxRequest {
    case never
    /// Where the network is a detector for certain.
    case whereCertain
    case always
  }

  /// The question about a network.
  struct Question {
    var subject: Subject
    /// The layer that the attribution is for; the network's input where nil.
    var attributionTarget: LayerReference? = nil
    /// Nil where scores and probabilities alone are wanted.
    var method: (any GraphMethod)? = nil
    /// Nil for the attribution as it is.
    var modifier: GradientModifier? = nil
    /// A method that reads activations; nil where there is none.
    var activationReader: (any SamplingMethod)? = nil
    /// Whether what the attribution is for is a result, too.
    var keepsAttributionTarget = false
    /// Whether that is the rows of an embedding that the input picks, where the network does not show it any more.
    var isForEmbedding = false
    /// Whether units are meant as a whole, so that a seed has one number a unit and each counts with its mean over places.
    var seedsUnits = false
    /// The number of the best box that is meant, where a seed says which one that is among the head's `boxScores`, which are the scores then.
    var seedsBestBox: BoxQuantity? = nil
    /// Whether units are the numbers of a detector's candidates.
    var boxes = BoxRequest.never
    /// What is known of that detector.
    var detection = DetectionSettings()
    /// Whether somebody says that a softmax is added, or that none is.
    var addsSoftmax: Bool?
  }

  /// What the attribution is taken with respect to.
  struct AttributionTarget {
    /// The layer's name; nil for the network's input.
    let layer: String?
    let shape: Shape
    /// The axis along which channels lie; nil where there are none.
    let channelAxis: Int?
    /// Whether it is the rows of an embedding that the network's input picks.
    let isEmbedding: Bool
    /// What the axes of the layer stand for; nil for the network's input.
    let roles: AxisRoles?

    /// The axis along which channels lie once the items are in front, as they are of the network's input.
    var arrangedChannelAxis: Int? {
      guard let roles else { return channelAxis }
      let axis = shape.count == 3 || roles.itemAxis != 0 ? roles.unitAxis : channelAxis
      return axis.map(InputArrangement(itemAxis: roles.itemAxis).arrangedAxis)
    }
  }

  /// What is computed beside the answer, from the builder, what the attribution is for, and the attribution, if there is one.
  typealias Further = (_ builder: GraphBuilder, _ attributionTarget: AttributionTarget, _ attribution: Value?)
    throws -> [Value]

  /// Builds the graph.
  ///
  /// - Parameters:
  ///   - network: the network that is asked.
  ///   - question: what is asked.
  ///   - layout: where the input has its channels if it is made of images.
  ///   - further: what else is computed.
  init(
    _ network: Network, _ question: Question, layout: ImageLayout, further: Further = { _, _, _ in [] }
  ) throws {
    let builder = GraphBuilder(continuing: network.graph)
    guard let input = network.inputs.first, !network.outputs.isEmpty else {
      throw SaliencyError(.invalidSetting, "the network has no input or no output")
    }
    inputLabel = input.name
    builder.scope = "explanation"
    let layer = try question.attributionTarget.map { try network.layer($0) }
    let finder = AxisRoleFinder(network.graph)
    let inputRoles = try network.inputRoles(finder)
    self.inputRoles = inputRoles
    inputChannelAxis = network.inputChannelAxis(inputRoles, ifImage: layout)
    let attributionTarget = AttributionTarget(
      layer: layer?.name, shape: layer?.shape ?? input.shape,
      channelAxis: layer == nil ? inputChannelAxis : layer.flatMap { network.channelAxis(of: $0) },
      isEmbedding: question.isForEmbedding
        || layer != nil && network.embeddingLayer(of: input)?.node == layer?.node,
      roles: try layer.map { try network.roles(of: $0.node, names: [$0.name], finder) })
    let targetValue = (
      value: builder.value(at: layer?.node ?? input.node),
      name: layer.map { "layer '\($0.name.printable())'" } ?? "the input '\(input.name.printable())'"
    )
    self.attributionTarget = attributionTarget
    var isOutput = true
    func makeContext(_ value: Value, _ name: String, seed: @autoclosure () throws -> Value) throws
      -> MethodContext?
    {
      guard let method = question.method?.name ?? question.activationReader?.name else { return nil }
      return try MethodContext(
        of: (value, name), seed: try seed(), withRespectTo: targetValue,
        channelAxis: attributionTarget.channelAxis,
        in: network, inputRoles: inputRoles, explainsOutput: isOutput, method: method)
    }

    var outputs: [Value] = []
    let context: MethodContext?
    let boxes = try question.boxes == .never ? nil : DetectedUnits(network, builder, question)
    detector = boxes?.detector
    switch question.subject {
    case .units(let reference, let side):
      let units =
        try boxes.map { ExplainedUnits($0, network, side: side) }
        ?? ExplainedUnits(
          network, builder, layer: try reference.map { try network.layer($0) }, side: side,
          addsSoftmax: question.addsSoftmax, finder)
      isOutput = units.explained.isOutput
      (explained, unitCount, scoresOutput) = (units.explained, units.units.shape[1], 0)
      let bestBox = boxes.flatMap { boxes in question.seedsBestBox.map { (boxes.head, $0) } }
      outputs.append(
        bestBox?.0.boxScores ?? (question.seedsUnits ? units.scores.meanOverPlaces : units.scores))
      if let probabilities = units.probabilities {
        outputs.append(question.seedsUnits ? probabilities.meanOverPlaces : probabilities)
      }
      probabilitiesOutput = units.probabilities == nil ? nil : 1
      (lossOutputs, lossWeights) = (outputs.count..<outputs.count, [])
      context = try makeContext(
        units.units, explained.layer,
        seed: try bestBox.map { head, quantity in
          try head.seed(ofBest: quantity, side: side, label: Self.targetLabel, builder)
        }
          ?? (question.seedsUnits
            ? .seedingUnits(builder, shape: units.units.shape)
            : builder.input(Self.targetLabel, shape: units.units.shape)))
      context?.head = boxes?.head
    case .losses(let losses):
      let sum = try WeightedLosses(losses, network, builder, attributionTarget: targetValue)
      explained = .init(layer: sum.name, side: .score)
      (unitCount, scoresOutput, probabilitiesOutput) = (0, nil, nil)
      (lossOutputs, lossWeights) = (0..<losses.count, losses.map(\.weight))
      outputs += sum.values
      context = try makeContext(sum.total, sum.name, seed: builder.constant(Tensor(1)))
    }
    var attribution: Value?
    if let context, let method = question.method {
      attributionOutput = outputs.count
      let unmodified = try method.attribution(context)
      attribution = try question.modifier?.applied(to: unmodified, in: builder) ?? unmodified
      outputs.append(attribution!)
    } else {
      attributionOutput = nil
    }
    let furtherValues = try further(builder, attributionTarget, attribution)
    furtherOutputs = outputs.count..<outputs.count + furtherValues.count
    outputs += furtherValues
    activationLayers = try context.flatMap { try question.activationReader?.activationLayers($0) } ?? []
    activationOutputs = outputs.count..<outputs.count + activationLayers.count
    outputs += activationLayers.map { builder.value(at: $0.layer.node) }
    attributionTargetOutput = question.keepsAttributionTarget ? outputs.count : nil
    if question.keepsAttributionTarget { outputs.append(targetValue.value) }
    overriddenLayers = context?.overriddenLayers ?? []
    keptActivations = context?.keptActivations.map(\.name) ?? []
    methodLayers = context?.methodLayers ?? []
    graph = try builder.graph(outputs: outputs).optimized()
    try graph.requireFiniteFactors(of: network)
  }
}

extension ExplanationGraph {
  /// The graph of a question about a model, whose path its errors name.
  ///
  /// - Parameters:
  ///   - inputShape: the shape of the input, with the items in front.
  ///   - entry: the position of a layer whose activation is given instead of computed; none where nil.
  init(_ model: ArrangedModel, _ question: Question, inputShape: Shape, entry: Int? = nil) throws {
    var network = try model.network(inputShape: inputShape)
    if case .units(let layer, _) = question.subject, question.boxes != .always {
      network = try SaliencyError.naming(model.path) { [network] in
        try model.provingItemAxis(of: layer, in: network)
      }
    }
    var question = question
    if let entry {
      let layer = network.layers[entry]
      question.isForEmbedding = network.embeddingLayer(of: network.inputs[0])?.node == layer.node
      question.attributionTarget = .name(network.layers[entry].name)
      network = network.cut(at: network.layers[entry])
    }
    self = try SaliencyError.naming(model.path) {
      try ExplanationGraph(network, question, layout: model.layout)
    }
  }
}

extension Value {
  /// Items×units of items×units×places.
  fileprivate var meanOverPlaces: Value {
    shape.count == 2 ? self : mean(Array(shape.indices.dropFirst(2)), keepsAxes: false)
  }

  /// Weights of items×units×places that are given for the means of units over their places.
  fileprivate static func seedingUnits(_ builder: GraphBuilder, shape: Shape) -> Value {
    let units = builder.input(ExplanationGraph.targetLabel, shape: Shape(shape.prefix(2)))
    guard shape.count > 2 else { return units }
    let places = shape.dropFirst(2)
    return (units * (1 / Float(places.reduce(1, *)))).reshaped(to: shape.prefix(2) + places.map { _ in 1 })
      .broadcast(to: shape)
  }
}

extension Network {
  /// The axis along which the first input's channels lie; nil where there are none beside items and features, or places along all axes.
  func inputChannelAxis(_ roles: AxisRoles, ifImage layout: ImageLayout) -> Int? {
    let shape = inputs[0].shape
    guard shape.count > 2 else { return nil }
    if shape.count == 4, arrangement == nil, saidRoles[inputs[0].name] == nil { return layout.channelAxis }
    if let axis = roles.unitAxis { return axis }
    if saidRoles[inputs[0].name] != nil { return nil }
    if shape.count == 3, roles.axes.dropFirst().allSatisfy({ $0.role.isPlace && $0.role != .query }) {
      return nil
    }
    return shape.count == 4 ? layout.channelAxis : channelsAreLast ? shape.count - 1 : 1
  }
}
