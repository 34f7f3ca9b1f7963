public import SaliencyCore

/// Checks what a method promises about attributions of a model, by running the network forward.
///
/// Of path methods and DeepLIFT the completeness is checked, of layer-wise relevance the conservation, and of gradients the slope along
/// them. Where attributions are for a layer, its activation is moved and not the input: slopes are checked, and completeness where the
/// layer gives the rows of an embedding. The network is run in single precision, whatever the attributions were computed with. Other
/// methods promise nothing, see ``AttributionGuarantee``; neither does any method with a modifier, so that attributions are made anew
/// without one where they have one.
public final class AttributionChecker: Sendable {
  private let guarantee: AttributionGuarantee
  private let network: WholeNetwork?
  private let joint: JointInputs?
  /// Compiles the question without a modifier.
  private let explainer: @Sendable () async throws -> Explainer
  /// Why nothing is checked; nil where something is.
  private let reason: String?

  /// Compiles what is needed for checks of attributions that answer a question; the parameters are those of their ``Explainer``.
  public convenience init(
    _ model: Model, _ question: Question, inputShape: Shape, executor: Executor? = nil
  ) async throws {
    let model = try question.selecting(in: model)
    let executor = try executor ?? .shared
    var unmodified = question
    unmodified.modifier = .none
    let arranged = try ArrangedModel(model, inputShape: inputShape, layer: question.layer)
    let question = try arranged.askingEmbedding(
      question, arranged.tokenInput(inputShape: inputShape))
    try await self.init(
      arranged, question.graphQuestion, question.method, question.withRespectTo, inputShape, executor
    ) { [unmodified] in
      try await Explainer(model, unmodified, inputShape: inputShape, executor: executor)
    }
  }

  /// Compiles what is needed for checks of attributions of units.
  public convenience init(
    _ model: Model, method: Method, layer: LayerReference? = nil, side: OutputSide = .score,
    withRespectTo: LayerReference? = nil, inputShape: Shape, executor: Executor? = nil
  ) async throws {
    try await self.init(
      model, Question(layer: layer, side: side, withRespectTo: withRespectTo, method: method),
      inputShape: inputShape, executor: executor)
  }

  /// Compiles what is needed for checks where losses are explained.
  public convenience init(
    _ model: Model, losses: [(Loss, weight: Float)], method: Method, withRespectTo: LayerReference? = nil,
    inputShape: Shape, executor: Executor? = nil
  ) async throws {
    try await self.init(
      model,
      Question(losses: losses.map { ($0.0, $0.weight) }, withRespectTo: withRespectTo, method: method),
      inputShape: inputShape, executor: executor)
  }

  private init(
    _ model: ArrangedModel, _ question: ExplanationGraph.Question, _ method: Method,
    _ source: LayerReference?, _ shape: Shape, _ executor: Executor,
    explainer: @escaping @Sendable () async throws -> Explainer
  ) async throws {
    guarantee = method.body.guarantee
    joint = model.model.joint
    self.explainer = explainer
    if case .nothing = guarantee {
      reason = "method '\(method.name.printable())' promises no sum and is no derivative"
    } else if source != nil, try !Self.canCheck(guarantee, for: source!, model, inputShape: shape) {
      reason = "the attribution is for a layer, to which it promises no sum that could be measured"
    } else if case .losses = question.subject, model.arrangement.itemCount(of: shape) > 1 {
      reason = "losses are of the batch as a whole"
    } else {
      reason = nil
    }
    guard reason == nil else {
      network = nil
      return
    }
    // The steps along a gradient are smaller than what bfloat16 tells apart.
    let precise =
      executor.precision == .fp32
      ? executor : try Executor(threadCount: executor.threadCount, memoryLimit: executor.memoryLimit)
    network = try await WholeNetwork(
      model, question, source, inputShape: model.arrangement.arranged(shape), executor: precise)
  }

  /// Whether what is promised of an attribution for a layer is about the layer alone: a derivative is, and a difference is where the path to it
  /// starts at the layer itself, as at rows of an embedding.
  private static func canCheck(
    _ guarantee: AttributionGuarantee, for source: LayerReference, _ model: ArrangedModel, inputShape: Shape
  ) throws -> Bool {
    switch guarantee {
    case .derivative: true
    case .difference:
      try model.isEmbedding(source, inputShape: model.arrangement.arranged(inputShape))
    case .nothing, .output: false
    }
  }

  /// Checks each item of an attribution's batch.
  ///
  /// - Throws: what an ``Explainer`` throws.
  public func checks(of attribution: Attribution) async throws -> [AttributionCheck] {
    let input = attribution.arrangedInput
    let itemCount = input.shape[0]
    guard let network else {
      return (0..<itemCount).map { _ in AttributionCheck(unchecked: reason ?? "") }
    }
    let parts = attribution.units.map { $0.map(\.part) }
    let values =
      attribution.provenance.isModified
      ? try await explainer().values(of: input, parts: parts) : attribution.arrangedValues
    let point = try await network.point(for: input)
    guard !network.startsAtLayer || values.shape == point.shape && [1, point.shape.first].contains(itemCount)
    else {
      return (0..<itemCount).map { _ in
        AttributionCheck(
          unchecked:
            "the attribution of \(values.shape.text) is for \(point.shape.text), in which nothing shows the items one by one"
        )
      }
    }
    let count = values.shape.elementCount / itemCount
    let numbers = values.values
    var checks: [AttributionCheck] = []
    for item in 0..<itemCount {
      checks.append(
        try await check(
          Array(numbers[item * count..<(item + 1) * count]), of: point, item: item, of: itemCount
        ) { points in
          var scores: [Double] = []
          for point in points {
            try Task.checkCancellation()
            scores.append(try await network.scores(at: point, of: input, parts))
          }
          return scores
        } conserved: {
          try await network.scores(
            at: point, of: input, parts.enumerated().map { $0.offset == item ? $0.element : [] })
        })
    }
    return checks
  }

  /// Checks an item; the network is run on the whole input, and what is explained of all items is added up, so that an item which reaches others
  /// is seen to.
  private func check(
    _ values: [Float], of input: Tensor, item: Int, of itemCount: Int,
    _ scores: ([Tensor]) async throws -> [Double], conserved: () async throws -> Double
  ) async throws -> AttributionCheck {
    let sum = values.reduce(0) { $0 + Double($1) }
    switch guarantee {
    case .nothing: return AttributionCheck(unchecked: reason ?? "")
    case .output:
      return AttributionCheck(.conservation, claimed: sum, measured: try await conserved())
    case .difference(let baselines):
      let starts = try baselines.map { baseline throws(SaliencyError) in
        input.replacing(
          item: item,
          by: try baseline.tensor(
            for: input.item(item, of: itemCount), channelAxis: network!.channelAxis, joint
          ).values)
      }
      let ends = try await scores([input] + starts)
      let mean = ends.dropFirst().reduce(0, +) / Double(baselines.count)
      return AttributionCheck(.completeness, claimed: sum, measured: ends[0] - mean)
    case .derivative:
      return try await slope(along: values, of: input, item: item, of: itemCount, scores)
    }
  }

  /// Central differences along the gradient, at several distances: far steps bend, short ones drown in rounding. The two neighboring
  /// distances that agree best count, whatever the gradient says.
  private func slope(
    along gradient: [Float], of input: Tensor, item: Int, of itemCount: Int,
    _ scores: ([Tensor]) async throws -> [Double]
  ) async throws -> AttributionCheck {
    let norm = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    guard norm > 0, norm.isFinite else {
      return AttributionCheck(
        unchecked: "the gradient is 0 everywhere, so that there is no direction along it")
    }
    let numbers = input.item(item, of: itemCount).values
    let size = max(Double(try await scores([input])[0].magnitude), 1e-3)
    // The expected rise or fall, as shares of the score.
    let distances = [1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4].map { $0 * size / norm }
    let inputs = distances.flatMap { distance in
      [distance, -distance].map { step in
        input.replacing(
          item: item, by: zip(numbers, gradient).map { Float(Double($0) + step * Double($1) / norm) })
      }
    }
    let results = try await scores(inputs)
    let slopes = distances.indices.map { (results[2 * $0] - results[2 * $0 + 1]) / (2 * distances[$0]) }
    let best = slopes.indices.dropLast().min {
      abs(slopes[$0] - slopes[$0 + 1]) < abs(slopes[$1] - slopes[$1 + 1])
    }!
    return AttributionCheck(.slope, claimed: norm, measured: (slopes[best] + slopes[best + 1]) / 2)
  }
}

/// A question's forward pass on a whole input, whatever its items, or from a layer on.
private struct WholeNetwork: Sendable {
  /// The axis of what is moved along which channels lie; nil where there are none.
  let channelAxis: Int?
  private let explanation: ExplanationGraph
  private let plan: Plan
  /// What gives the activation of the layer that is moved, and how its items are brought to the front; nil where the input is moved.
  private let source: (plan: Plan, output: Int, arrangement: InputArrangement)?
  var startsAtLayer: Bool { source != nil }
  private let executor: Executor

  init(
    _ model: ArrangedModel, _ question: ExplanationGraph.Question, _ layer: LayerReference?,
    inputShape: Shape, executor: Executor
  ) async throws {
    self.executor = executor
    var question = question
    question.attributionTarget = nil
    guard let layer else {
      explanation = try ExplanationGraph(model, question, inputShape: inputShape)
      plan = try await executor.compile(explanation.graph)
      (channelAxis, source) = (explanation.inputChannelAxis, nil)
      return
    }
    let network = try model.network(inputShape: inputShape)
    let position = try network.layers.firstIndex(of: network.layer(layer))
    explanation = try ExplanationGraph(model, question, inputShape: inputShape, entry: position)
    plan = try await executor.compile(explanation.graph)
    (question.attributionTarget, question.keepsAttributionTarget) = (layer, true)
    let reading = try ExplanationGraph(model, question, inputShape: inputShape)
    channelAxis = reading.attributionTarget.arrangedChannelAxis
    source = (
      try await executor.compile(reading.graph), reading.attributionTargetOutput!,
      InputArrangement(itemAxis: reading.attributionTarget.roles?.itemAxis)
    )
  }

  /// What is moved: the input, or what the layer gives for it, with the items in front.
  func point(for input: Tensor) async throws -> Tensor {
    guard let source else { return input }
    let activation = try await executor.run(source.plan, [explanation.inputLabel: input])[source.output]
    return source.arrangement.arranged(activation)
  }

  /// The sum of what is explained: the given units at their places, item by item, or the weighted sum of the losses.
  ///
  /// - Parameters:
  ///   - point: what is moved.
  ///   - input: the input, for what leads around the layer.
  func scores(at point: Tensor, of input: Tensor, _ parts: [[ExplainedPart]]) async throws -> Double {
    var inputs = [explanation.inputLabel: point]
    if let source { inputs = [Network.activationLabel: source.arrangement.original(point)] }
    if source != nil, plan.inputs.contains(where: { $0.label == explanation.inputLabel }) {
      inputs[explanation.inputLabel] = input
    }
    let results = try await executor.run(plan, inputs)
    guard let output = explanation.explainedOutput else {
      return zip(explanation.lossOutputs, explanation.lossWeights).reduce(0.0) { sum, loss in
        sum + Double(loss.1) * results[loss.0].values.reduce(0.0) { $0 + Double($1) }
      }
    }
    try results[output].requireFiniteResult("the \(explanation.explained.side.rawValue)")
    return zip(explanation.values(results[output]), parts).reduce(0.0) { sum, item in
      item.1.reduce(sum) { $0 + Double($1.sum(of: item.0.scores(of: $1.unit))) }
    }
  }
}

extension Tensor {
  /// One of several items along the first axis; the whole tensor where there is one.
  fileprivate func item(_ item: Int, of count: Int) -> Tensor {
    count == 1 ? self : items(in: item..<item + 1)
  }

  /// The same batch with other numbers in one item.
  fileprivate func replacing(item: Int, by numbers: [Float]) -> Tensor {
    var values = self.values
    values.replaceSubrange(item * numbers.count..<(item + 1) * numbers.count, with: numbers)
    return Tensor(shape: shape, values: values)
  }
}

extension Explainer {
  /// The attribution of what was chosen, a list for each item; of losses where there are none. The input and the result have their items in front.
  fileprivate func values(of input: Tensor, parts: [[ExplainedPart]]) async throws -> Tensor {
    arrangedValues(try await engine.answer(to: input, nil) { item, _ in parts[item] }.attribution)
  }
}
