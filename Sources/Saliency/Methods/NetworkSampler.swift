public import SaliencyCore

/// A network with its question, as a ``SamplingMethod`` runs it on inputs of its choice.
public struct NetworkSampler: Sendable {
  /// The axis of the input along which channels lie; nil where there are none.
  public let channelAxis: Int?
  /// What the layers that the method asked for give for the input, in the order of ``SamplingMethod/activationLayers(_:)``.
  public let activations: [Activation]
  /// How many samples run at once; others wait their turn.
  public var batchCount: Int { network.batchCount }
  let network: SampledNetwork
  /// The network from each layer on that the method asked for, where it enters them.
  let tails: [SampledNetwork]
  let executor: Executor
  /// The input itself.
  let input: Tensor
  /// What is explained; it stays the same for all samples.
  let parts: [ExplainedPart]
  /// What the layer that samples are activations of gives for an input; nil where samples are inputs.
  var activation: (@Sendable (Tensor) async throws -> Tensor)?
  /// What the embedding that samples are activations of gives for the input, whose baselines are its own; nil where samples are something else.
  var embedding: Tensor?
  /// Whether samples are numbers of tokens, each of which is shown or hidden by itself.
  public internal(set) var isOverTokens = false
  /// The inputs that samples are made of together; nil where that is one.
  var joint: JointInputs?
  /// Is told of the samples; nil where nobody asks.
  var counter: SampleCounter?

  /// What a layer gives for the input.
  public struct Activation: Sendable {
    /// The layer, and how it lies over the input.
    public let layer: ActivationLayer
    /// Its activation, with a batch of 1.
    public let tensor: Tensor
    /// The places of each channel, row by row.
    let planes: [[Float]]

    init(layer: ActivationLayer, tensor: Tensor) {
      (self.layer, self.tensor) = (layer, tensor)
      planes = layer.grid.planes(of: tensor)
    }
  }

  /// The network from a layer on: samples are activations of the layer instead of inputs, and nothing before it is computed anew unless a
  /// way leads around it.
  ///
  /// - Parameter position: which of ``activations`` it is.
  /// - Precondition: the method says that it enters layers.
  public func entering(_ position: Int) -> NetworkSampler {
    NetworkSampler(
      channelAxis: channelAxis, activations: activations, network: tails[position], tails: tails,
      executor: executor, input: input, parts: parts, counter: counter)
  }

  /// Says how many samples there will be in all, for those who watch; needed where they are run in more than one go.
  public func announce(sampleCount: Int) {
    counter?.announce(sampleCount)
  }

  /// Where a path starts: a baseline of the network's input, or where samples are activations of a layer what that gives for the baseline.
  func start(_ baseline: Baseline) async throws -> Tensor {
    if let embedding {
      return try baseline.tensor(
        for: embedding, channelAxis: network.explanation.attributionTarget.channelAxis)
    }
    let tensor = try baseline.tensor(for: input, channelAxis: channelAxis, joint)
    return try await activation?(tensor) ?? tensor
  }

  /// What came of one of the inputs.
  public struct Sample: Sendable {
    /// Its position among the inputs.
    public let index: Int
    /// What is explained: the sum over the explained units, of scores or of probabilities, or the weighted sum of the losses.
    public let score: Float
    /// The sum of the explained units' probabilities; nil where there are none.
    public let probability: Float?
    /// What ``SamplingMethod/sampled`` gives, with a batch of 1; nil where that is nil.
    public let attribution: Tensor?
    /// What the attribution is for, the input or the activation of a layer, with a batch of 1; nil where the method does not read it.
    public let attributionTarget: Tensor?
    /// All units at all places; nil where losses are explained.
    var values: ExplainedValues? = nil
  }

  /// How a detector's boxes are read; nil where no boxes are asked about.
  var detector: Detector? { network.explanation.detector }

  /// Runs the network on inputs, some at a time, and hands over what came of each, in order.
  ///
  /// - Parameters:
  ///   - count: the number of inputs.
  ///   - input: makes the input at a position, of the shape of one item with a batch of 1; called in order.
  ///   - body: receives what came of it.
  /// - Throws: `GraphError` where an input has another shape, `SaliencyError` where a result is not finite, `CancellationError` before the
  ///   next batch where the task is cancelled, and what the closures throw.
  public func run(
    count: Int, input: (Int) throws -> Tensor, _ body: (Sample) throws -> Void
  ) async throws {
    counter?.ask(count)
    var start = 0
    while start < count {
      try Task.checkCancellation()
      let indices = start..<min(start + batchCount, count)
      let results = try await run(try indices.map(input))
      for (position, index) in indices.enumerated() {
        try body(
          Sample(
            index: index, score: results.scores[position], probability: results.probabilities?[position],
            attribution: results.attributions?[position],
            attributionTarget: results.attributionTargets?[position],
            values: results.values?[position]))
      }
      start = indices.upperBound
      counter?.add(indices.count)
    }
  }

  /// Up to ``batchCount`` inputs at once; the rest of the batch is filled with the last one.
  private func run(_ inputs: [Tensor]) async throws -> Results {
    let (explanation, plan) = (network.explanation, network.plan)
    let shape = plan.inputs.first { $0.label == network.label }?.shape ?? inputs[0].shape
    let item = [1] + shape.dropFirst()
    for input in inputs where input.shape != (batchCount == 1 ? shape : item) {
      throw GraphError(
        .inputMismatch, "a sample has the shape \(input.shape.text), but the network takes \(item.text)")
    }
    let filled = inputs + Array(repeating: inputs[inputs.count - 1], count: batchCount - inputs.count)
    var tensors = [network.label: Tensor(joining: filled)]
    if network.label != explanation.inputLabel,
      let shape = plan.inputs.first(where: { $0.label == explanation.inputLabel })?.shape
    {
      tensors[explanation.inputLabel] = Tensor(
        shape: shape, values: Array(repeatElement(input.values, count: batchCount).joined()))
    }
    if explanation.scoresOutput != nil {
      let places = explanation.explained.places
      var row = [Float](repeating: 0, count: explanation.unitCount * places.count)
      for part in parts { part.add(to: &row, at: 0, placeCount: places.count) }
      tensors[ExplanationGraph.targetLabel] = Tensor(
        shape: [batchCount, explanation.unitCount] + places.extents,
        values: Array(repeatElement(row, count: batchCount).joined()))
    }
    let results = try await executor.run(plan, tensors)
    // Without a batch the first axis of a layer may be anything.
    func items(_ tensor: Tensor) -> [Tensor] { batchCount == 1 ? [tensor] : tensor.items(inputs.count) }
    let attributions = try explanation.attributionOutput.map { output in
      try results[output].requireFiniteResult("the attribution of a sample")
      return items(results[output])
    }
    let attributionTargets = explanation.attributionTargetOutput.map { items(results[$0]) }
    func sums(_ values: [ExplainedValues]) -> [Float] {
      inputs.indices.map { item in
        parts.reduce(0) { $0 + $1.sum(of: values[item].scores(of: $1.unit)) }
      }
    }
    if let output = explanation.explainedOutput {
      try results[output].requireFiniteResult("the \(explanation.explained.side.rawValue) of a sample")
      let values = explanation.values(results[output])
      return Results(
        scores: sums(values),
        probabilities: explanation.probabilitiesOutput.map { sums(explanation.values(results[$0])) },
        attributions: attributions, attributionTargets: attributionTargets, values: values)
    }
    let sum = zip(explanation.lossOutputs, explanation.lossWeights).reduce(Float(0)) { sum, loss in
      sum + loss.1 * results[loss.0].values.reduce(0, +)
    }
    return Results(
      scores: [sum], probabilities: nil, attributions: attributions, attributionTargets: attributionTargets)
  }

  /// What came of several inputs, an element for each.
  private struct Results {
    let scores: [Float]
    let probabilities: [Float]?
    let attributions: [Tensor]?
    let attributionTargets: [Tensor]?
    var values: [ExplainedValues]? = nil
  }
}
