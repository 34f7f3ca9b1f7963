import SaliencyCore

/// What is explained of an item of the batch, by its scores.
typealias TargetChoice = @Sendable (_ item: Int, _ values: ExplainedValues) throws -> [ExplainedPart]

/// What answers the questions of an ``Explainer``.
protocol ExplanationEngine: Sendable {
  /// What is explained, and how.
  var explanation: ExplanationGraph { get }
  /// The layers that the method looked at, as it was told or as it found them.
  var methodLayers: [Network.Layer] { get }
  /// The plan that does most of the work.
  var plan: Plan { get }
  /// How many items of a batch, or samples, the plan is for.
  var itemsAtOnce: Int { get }
  var executor: Executor { get }
  /// The answer for a batch of inputs; the counter is told of samples.
  func answer(
    to input: Tensor, _ counter: SampleCounter?, choosing choose: @escaping TargetChoice
  ) async throws -> Answer
}

/// The attribution of a batch, before anything is named.
struct Answer {
  var attribution: Tensor
  /// For each item the numbers of all units at all places; nil where losses are explained.
  var scores: [ExplainedValues]?
  /// The probabilities, in the order of the scores; nil where there are none.
  var probabilities: [ExplainedValues]?
  var losses: [Tensor]
}

extension ExplanationGraph {
  /// The answer from the results of a run; `attribution` stands in where the graph computes none.
  func answer(_ results: [Tensor], attribution: Tensor? = nil) -> Answer {
    let values = scoresOutput == nil ? nil : self.values(of: results)
    return Answer(
      attribution: attribution ?? results[attributionOutput!], scores: values?.scores,
      probabilities: values?.probabilities, losses: lossOutputs.map { results[$0] })
  }

  /// The scores and probabilities of each item from the results of a run.
  func values(of results: [Tensor]) -> (scores: [ExplainedValues], probabilities: [ExplainedValues]?) {
    (values(results[scoresOutput!]), probabilitiesOutput.map { values(results[$0]) })
  }

  /// The numbers of each item, of items×units×places.
  func values(_ tensor: Tensor) -> [ExplainedValues] {
    let (numbers, count) = (tensor.values, unitCount * explained.places.count)
    return (0..<tensor.shape[0]).map { item in
      ExplainedValues(
        unitCount: unitCount, places: explained.places,
        scores: Array(numbers[item * count..<(item + 1) * count]))
    }
  }

  /// The seed that stands for what was chosen: the weights of all units at all places, in the scores' shape, of which each row is that of an
  /// item.
  func seed(_ scores: Tensor, of item: (_ row: Int) -> Int, choosing choose: TargetChoice) throws -> Tensor {
    try scores.requireFiniteResult("the score of '\(explained.layer.printable())'")
    var seed = [Float](repeating: 0, count: scores.shape.elementCount)
    for (index, values) in values(scores).enumerated() {
      let start = index * unitCount * explained.places.count
      for part in try choose(item(index), values) {
        part.add(to: &seed, at: start, placeCount: explained.places.count)
      }
    }
    return Tensor(shape: scores.shape, values: seed)
  }
}

/// A method that is one graph: scores, target and attribution in one run.
struct GraphEngine: ExplanationEngine {
  var explanation: ExplanationGraph { batch.explanation }
  var methodLayers: [Network.Layer] { explanation.methodLayers }
  var plan: Plan { batch.plan }
  var itemsAtOnce: Int { batch.partCount }
  let batch: BatchedPlan
  let executor: Executor

  init(
    _ model: ArrangedModel, _ question: ExplanationGraph.Question, inputShape: Shape, _ executor: Executor
  ) async throws {
    self.executor = executor
    batch = try await BatchedPlan(shape: inputShape, executor) {
      try ExplanationGraph(model, question, inputShape: $0)
    }
  }

  func answer(
    to input: Tensor, _ counter: SampleCounter?, choosing choose: @escaping TargetChoice
  ) async throws -> Answer {
    let explanation = self.explanation
    let results = try await batch.run(input) {
      try explanation.seed($0[explanation.scoresOutput!]!, of: $1, choosing: choose)
    }
    return explanation.answer(results)
  }
}

/// A method that runs the network on many inputs, for one item of a batch after the other.
struct SamplingEngine: ExplanationEngine {
  var explanation: ExplanationGraph { samples.explanation }
  var methodLayers: [Network.Layer] {
    scoring.explanation.methodLayers.isEmpty ? explanation.methodLayers : scoring.explanation.methodLayers
  }
  var plan: Plan { samples.plan }
  var itemsAtOnce: Int { samples.batchCount }
  let samples: SampledNetwork
  /// The network from each layer on that the method enters.
  let tails: [SampledNetwork]
  /// The scores of the inputs themselves, and what the method reads there.
  let scoring: BatchedPlan
  private let modifier: GradientModifier
  private let method: any SamplingMethod
  /// Whether samples are numbers of tokens.
  var isOverTokens = false
  /// The inputs that are explained together; nil where one is.
  var joint: JointInputs?
  let executor: Executor

  init(
    _ model: ArrangedModel, _ question: ExplanationGraph.Question, _ method: any SamplingMethod,
    _ modifier: GradientModifier, inputShape: Shape, _ executor: Executor
  ) async throws {
    let form = method.samplingForm
    guard question.attributionTarget == nil || form.layerSamples != .none else {
      throw SaliencyError(
        .invalidSetting,
        "method '\(method.name)' is about the network's input; it cannot be asked with respect to a layer",
        file: model.path)
    }
    self.method = method
    self.modifier = modifier
    self.executor = executor
    // Numbers of tokens are no place for paths and noise; the rows that they pick are.
    let isForEmbedding =
      try question.attributionTarget.map { try model.isEmbedding($0, inputShape: inputShape) } ?? false
    let startsAtLayer =
      question.attributionTarget != nil && (form.layerSamples == .activations || isForEmbedding)
    var read = question
    (read.activationReader, read.keepsAttributionTarget) = (method, startsAtLayer)
    let scores = try await BatchedPlan(shape: inputShape, executor) {
      [read] in try ExplanationGraph(model, read, inputShape: $0)
    }
    scoring = scores
    var sampled = question
    sampled.method = method.sampled
    sampled.keepsAttributionTarget = form.layerSamples == .inputsWithTargets
    let network =
      startsAtLayer || form.entersActivationLayers ? try model.network(inputShape: scores.partShape) : nil
    let layers = network?.layers ?? []
    let start = try question.attributionTarget.flatMap { source in
      startsAtLayer ? layers.firstIndex(of: try network!.layer(source)) : nil
    }
    let entered =
      form.entersActivationLayers
      ? scores.explanation.activationLayers.map { layers.firstIndex(of: $0.layer) } : []
    // The modifier's own graph is compiled when the attribution's shape is known, after the run. Samples leave it the room that it takes
    // at most.
    let reserved =
      executor.memoryLimit == nil
      ? nil : try await modifier.compiled(forShape: scores.explanation.attributionTarget.shape, executor)
    let networks = try await SampledNetwork.compiled(
      model, sampled, inputShape: inputShape, entries: [start] + entered,
      atMost: form.order == .oneByOne ? 1 : BatchedPlan.defaultPartCount, executor)
    withExtendedLifetime(reserved) {}
    (samples, tails) = (networks[0], Array(networks.dropFirst()))
  }

  func answer(
    to input: Tensor, _ counter: SampleCounter?, choosing choose: @escaping TargetChoice
  ) async throws -> Answer {
    let results = try await scoring.run(input)
    let scores = try scoring.explanation.scoresOutput.map { output in
      try results[output].requireFiniteResult("the score of '\(explanation.explained.layer.printable())'")
      return explanation.values(results[output])
    }
    var values: [Float] = []
    var shape: Shape = []
    let count = input.shape[0]
    let activations = try zip(scoring.explanation.activationLayers, scoring.explanation.activationOutputs).map
    {
      layer, output in
      return try items(results[output], count, along: layer.grid.itemAxis)
    }
    let sources = try scoring.explanation.attributionTargetOutput.map { try sourceItems(results[$0], count) }
    for (index, item) in input.items(count).enumerated() {
      let read = zip(scoring.explanation.activationLayers, activations).map {
        NetworkSampler.Activation(layer: $0, tensor: $1[index])
      }
      var sampler = NetworkSampler(
        channelAxis: explanation.inputChannelAxis, activations: read, network: samples, tails: tails,
        executor: executor, input: item, parts: try scores.map { try choose(index, $0[index]) } ?? [],
        counter: counter)
      counter?.beginAttribution()
      (sampler.isOverTokens, sampler.joint) = (isOverTokens, joint)
      if let sources {
        sampler.activation = { try await activation(at: $0, count) }
        if explanation.attributionTarget.isEmbedding { sampler.embedding = sources[index] }
      }
      let attribution = try await method.attribution(of: sources?[index] ?? item, sampler)
      let arranged = sourceArrangement.arranged(attribution)
      guard count == 1 || arranged.shape.first == 1 else { throw unbatched(attribution.shape) }
      values += arranged.values
      shape = arranged.shape
    }
    if count > 1 { shape[0] *= count }
    let attribution = try await modifier.applied(
      to: sourceArrangement.original(Tensor(shape: shape, values: values)), executor)
    return scoring.explanation.answer(results, attribution: attribution)
  }

  /// What the layer that the attribution is for gives for an item, which fills a batch.
  private func activation(at item: Tensor, _ count: Int) async throws -> Tensor {
    let results = try await scoring.run(Tensor(joining: Array(repeating: item, count: count)))
    return try sourceItems(results[scoring.explanation.attributionTargetOutput!], count)[0]
  }

  /// How the items of what the attribution is for are brought to the front.
  private var sourceArrangement: InputArrangement {
    InputArrangement(itemAxis: scoring.explanation.attributionTarget.roles.map(\.itemAxis) ?? 0)
  }

  /// What the layer that the attribution is for gives for each of a batch of items.
  private func sourceItems(_ tensor: Tensor, _ count: Int) throws(SaliencyError) -> [Tensor] {
    try items(tensor, count, along: sourceArrangement.itemAxis)
  }

  /// What a layer gives for each of a batch of items, which lie along one of its axes.
  private func items(
    _ tensor: Tensor, _ count: Int, along axis: Int?
  ) throws(SaliencyError) -> [Tensor] {
    guard count > 1 else { return [tensor] }
    guard let axis, tensor.shape.indices.contains(axis), tensor.shape[axis] == count else {
      throw unbatched(tensor.shape)
    }
    let arrangement = InputArrangement(itemAxis: axis)
    return arrangement.arranged(tensor).items(count).map(arrangement.original)
  }

  private func unbatched(_ shape: Shape) -> SaliencyError {
    SaliencyError(
      .invalidSetting,
      "the layer that the method looks at gives \(shape.text), in which nothing shows the items one by one; explain them one by "
        + "one")
  }
}

extension GradientModifier {
  /// An attribution after the modifier. Its shape is the method's choice, so that its small graph is made here.
  func applied(to attribution: Tensor, _ executor: Executor) async throws -> Tensor {
    guard let plan = try await compiled(forShape: attribution.shape, executor) else { return attribution }
    return try await executor.run(plan, [Self.attributionLabel: attribution])[0]
  }

  private static let attributionLabel = "attribution"

  /// The modifier by itself; nil where it does nothing.
  func compiled(forShape shape: Shape, _ executor: Executor) async throws -> Plan? {
    guard origin != .identity else { return nil }
    let builder = GraphBuilder()
    let value = builder.input(Self.attributionLabel, shape: shape)
    let graph = try builder.graph(outputs: [try applied(to: value, in: builder)])
    return try await executor.compile(graph.optimized())
  }
}
