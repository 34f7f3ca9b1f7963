import ONNXFormat
import SaliencyCore

/// What gives a written model the weights of units and places in what is explained.
enum ExportedSeed {
  /// An input of the model, with the index of a unit for each item.
  case dynamic
  /// The unit with the largest score of each item.
  case top
  /// These units, each with its mean over places.
  case units([Int])
  /// The weights themselves, for one item.
  case weights(Tensor)
  /// A number of the box with the largest score of each item, where that is above a limit.
  case bestBox(BoxQuantity, above: Float)

  /// Whether there is one number a unit, and not one a place.
  var seedsUnits: Bool {
    switch self {
    case .dynamic, .top, .units: true
    case .weights, .bestBox: false
    }
  }

  /// The question as it is asked for such weights.
  func seeding(_ question: ExplanationGraph.Question) -> ExplanationGraph.Question {
    var question = question
    question.seedsUnits = seedsUnits
    if case .bestBox(let quantity, _) = self {
      question.seedsBestBox = quantity
    } else {
      question.boxes = .never
    }
    return question
  }
}

/// A question and its answer as one graph, for inputs of one batch.
struct ExportedQuestion {
  /// The label of the input of random numbers.
  static let noiseLabel = "noise"

  private var graph: Graph
  /// The positions of the outputs among the graph's: the network's own, and what explains them.
  private let networkOutputs: Range<Int>
  private let scoresOutput: Int?
  private let attributionOutput: Int
  private let heatMapOutput: Int?
  private let networkOutputNames: [String]
  private let noiseSeed: UInt64?

  /// Builds the graph for inputs of a shape, which they have in the model.
  init(_ explainer: Explainer, inputShape: Shape, seed: ExportedSeed, hasHeatMap: Bool) throws {
    let arrangement = explainer.arranged.arrangement
    let arranged = try ExportedQuestion(
      explainer, arrangedShape: arrangement.arranged(inputShape), seed: seed, hasHeatMap: hasHeatMap)
    self =
      arrangement.isIdentity
      ? arranged
      : try ExportedQuestion(
        arranged, arrangement, input: explainer.provenance.input, shape: inputShape,
        isForInput: explainer.provenance.withRespectTo == nil)
  }

  /// A question of which the input, and the attribution where it is for that, are as the model has them.
  private init(
    _ other: ExportedQuestion, _ arrangement: InputArrangement, input: String, shape: Shape, isForInput: Bool
  ) throws {
    self = other
    let builder = GraphBuilder()
    var results = try builder.embed(
      other.graph, inputs: [input: arrangement.arranged(builder.input(input, shape: shape))])
    if isForInput { results[attributionOutput] = arrangement.original(results[attributionOutput]) }
    graph = try builder.graph(outputs: results).optimized()
  }

  /// Builds the graph for inputs of a shape with the items in front.
  private init(
    _ explainer: Explainer, arrangedShape: Shape, seed: ExportedSeed, hasHeatMap: Bool
  ) throws {
    let network = try explainer.arranged.network(inputShape: arrangedShape)
    let layout = explainer.arranged.layout
    switch explainer.question.method.recipe {
    case .graph(let method):
      var question = seed.seeding(explainer.graphQuestion)
      (question.method, question.modifier) = (method, explainer.question.modifier)
      let explanation = try ExplanationGraph(network, question, layout: layout) {
        builder, attributionTarget, attribution in
        network.availableOutputs.map { builder.value(at: $0.node) }
          + (hasHeatMap
            ? [
              attribution!.heatMap(
                channelAxis: attributionTarget.channelAxis, isSigned: explainer.question.modifier.isSigned)
            ] : [])
      }
      let further = explanation.furtherOutputs
      self.init(
        graph: explanation.graph, scoresOutput: explanation.scoresOutput,
        networkOutputs: further.prefix(network.availableOutputs.count), of: network,
        attributionOutput: explanation.attributionOutput!,
        heatMapOutput: hasHeatMap ? further.upperBound - 1 : nil)
    case .sampling(let method)
    where method.samplingForm.layerSamples == .activations && explainer.graphQuestion.attributionTarget != nil:
      throw SaliencyError(
        .invalidSetting,
        "method '\(method.name)' with respect to a layer starts in the middle of the network, and cannot be exported",
        file: explainer.model.path)
    case .sampling(let method as any AveragingMethod):
      try self.init(explainer, method, network, layout, seed: seed, hasHeatMap: hasHeatMap)
    case .sampling(let method):
      throw SaliencyError(
        .invalidSetting,
        "method '\(method.name)' runs the network again and again on inputs that it makes itself, which is no single graph, and cannot "
          + "be exported", file: explainer.model.path)
    }
  }

  private init(
    graph: Graph, scoresOutput: Int?, networkOutputs: Range<Int>, of network: Network,
    attributionOutput: Int, heatMapOutput: Int?, noiseSeed: UInt64? = nil
  ) {
    self.graph = graph
    self.scoresOutput = scoresOutput
    self.networkOutputs = networkOutputs
    networkOutputNames = network.availableOutputs.map(\.name)
    self.noiseSeed = noiseSeed
    self.attributionOutput = attributionOutput
    self.heatMapOutput = heatMapOutput
  }

  /// The graph with names for its outputs, and with what says which units are explained.
  func exported(for seed: ExportedSeed) -> ExportedGraph {
    var outputs = zip(networkOutputNames, networkOutputs).map { (name: $0, position: $1) }
    outputs.append(("attribution", attributionOutput))
    if let heatMapOutput { outputs.append(("heatmap", heatMapOutput)) }
    var sources: [String: GraphExporter.Source] = [:]
    switch seed {
    case .dynamic: sources[ExplanationGraph.targetLabel] = .unit(inputNamed: "target")
    case .units(let units): sources[ExplanationGraph.targetLabel] = .units(units)
    case .weights(let weights): sources[ExplanationGraph.targetLabel] = .weights(weights)
    case .top: sources[ExplanationGraph.targetLabel] = scoresOutput.map { .largest(ofOutput: $0) }
    case .bestBox(_, let limit):
      sources[ExplanationGraph.targetLabel] = scoresOutput.map { .largest(ofOutput: $0, above: limit) }
    }
    sources[Self.noiseLabel] = noiseSeed.map { .noise(seed: $0) }
    return ExportedGraph(
      graph: graph, outputs: outputs, networkOutputCount: networkOutputNames.count, sources: sources)
  }

  private static func unbatched(
    _ explainer: Explainer, _ method: any AveragingMethod, _ reason: String
  ) -> SaliencyError {
    SaliencyError(
      .invalidSetting,
      "method '\(method.name)' cannot be exported: its \(method.sampledAverage.count) samples would be a batch, which the network does not "
        + "take: \(reason)", file: explainer.model.path)
  }

  /// The samples of all items as one large batch.
  private init(
    _ explainer: Explainer, _ method: any AveragingMethod, _ network: Network, _ layout: ImageLayout,
    seed: ExportedSeed, hasHeatMap: Bool
  ) throws {
    guard case .units = explainer.graphQuestion.subject else {
      throw SaliencyError(
        .invalidSetting,
        "method '\(method.name)' can be exported for units of the network, not for losses, which may mix the items of a batch",
        file: explainer.model.path)
    }
    let scoringQuestion = seed.seeding(explainer.graphQuestion)
    let scoring = try ExplanationGraph(network, scoringQuestion, layout: layout) { builder, _, _ in
      network.availableOutputs.map { builder.value(at: $0.node) }
    }
    let shape = network.inputs[0].shape
    let average = method.sampledAverage
    let count = average.count
    var sampledQuestion = scoringQuestion
    sampledQuestion.method = method.sampled
    let sampling: ExplanationGraph
    do {
      sampling = try ExplanationGraph(
        explainer.arranged.network(inputShape: [shape[0] * count] + shape.dropFirst()), sampledQuestion,
        layout: layout)
    } catch {
      throw Self.unbatched(explainer, method, "\(error)")
    }
    guard sampling.graph.separatesItems(shape[0] * count) else {
      throw Self.unbatched(explainer, method, "it mixes the items of a batch")
    }

    let builder = GraphBuilder()
    let input = builder.input(scoring.inputLabel, shape: shape)
    let results = try builder.embed(scoring.graph, inputs: [scoring.inputLabel: input])
    builder.scope = "explanation"
    // Samples lie along an axis of their own behind the items.
    let items = input.reshaped(to: [shape[0], 1] + shape.dropFirst())
    let inputAxis = scoring.inputChannelAxis.map { $0 + 1 }
    let samples = try average.samples(of: items, channelAxis: inputAxis) {
      builder.input(Self.noiseLabel, shape: $0)
    }
    let units = results[scoring.scoresOutput!].shape
    let target = builder.input(ExplanationGraph.targetLabel, shape: units)
    let row = Shape(units.dropFirst())
    let targets = target.reshaped(to: [units[0], 1] + row).broadcast(to: [units[0], count] + row)
      .reshaped(to: [units[0] * count] + row)
    let sampled = try builder.embed(
      sampling.graph,
      inputs: [
        sampling.inputLabel: samples.reshaped(to: [shape[0] * count] + shape.dropFirst()),
        ExplanationGraph.targetLabel: targets,
      ])[sampling.attributionOutput!]
    builder.scope = "explanation"
    let apart = sampled.reshaped(to: [shape[0], count] + sampled.shape.dropFirst())
    let unmodified = try average.attribution(from: apart, input: items, channelAxis: inputAxis)
    let attribution = try explainer.question.modifier.applied(
      to: unmodified.reshaped(to: [shape[0]] + sampled.shape.dropFirst()), in: builder)
    var outputs = results + [attribution]
    if hasHeatMap {
      outputs.append(
        attribution.heatMap(
          channelAxis: sampling.attributionTarget.channelAxis, isSigned: explainer.question.modifier.isSigned)
      )
    }
    self.init(
      graph: try builder.graph(outputs: outputs).optimized(), scoresOutput: scoring.scoresOutput,
      networkOutputs: scoring.furtherOutputs, of: network, attributionOutput: results.count,
      heatMapOutput: hasHeatMap ? results.count + 1 : nil, noiseSeed: average.seed)
  }
}
