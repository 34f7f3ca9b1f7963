import SaliencyCore

/// The units that are explained, of an item of the batch and its scores.
typealias TargetChoice = @Sendable (_ item: Int, _ scores: [Float]) throws -> [Int]

/// What answers the questions of an ``Explainer``.
protocol ExplanationEngine: Sendable {
  /// What is explained, and how.
  var explanation: ExplanationGraph { get }
  /// The plan that does most of the work.
  var plan: Plan { get }
  var executor: Executor { get }
  /// The answer for a batch of inputs.
  func answer(to input: Tensor, choosing choose: @escaping TargetChoice) async throws -> Answer
}

/// The attribution of a batch, before anything is named.
struct Answer {
  var attribution: Tensor
  /// A row for each item; nil where losses are explained.
  var scores: [[Float]]?
  var probabilities: [[Float]]?
  var losses: [Tensor]
}

extension ExplanationGraph {
  /// The answer from the results of a run; `attribution` stands in where the graph computes none.
  func answer(_ results: [Tensor], attribution: Tensor? = nil) -> Answer {
    Answer(
      attribution: attribution ?? results[attributionOutput!], scores: scoresOutput.map { results[$0].rows },
      probabilities: probabilitiesOutput.map { results[$0].rows }, losses: lossOutputs.map { results[$0] })
  }

  /// The seed that stands for chosen units: 1 for each of them, in the scores' shape.
  func seed(_ scores: Tensor, choosing choose: TargetChoice) throws -> Tensor {
    try scores.requireFiniteResult("the score of '\(explained.layer.printable())'")
    var seed = [Float](repeating: 0, count: scores.shape.elementCount)
    for (item, row) in scores.rows.enumerated() {
      for unit in try choose(item, row) { seed[item * row.count + unit] = 1 }
    }
    return Tensor(shape: scores.shape, values: seed)
  }
}

/// A method that is one graph: scores, target and attribution in one run.
struct GraphEngine: ExplanationEngine {
  let explanation: ExplanationGraph
  let plan: Plan
  let executor: Executor

  init(
    _ model: Model, _ question: ExplanationGraph.Question, inputShape: Shape, _ executor: Executor
  ) async throws {
    explanation = try ExplanationGraph(model, question, inputShape: inputShape)
    self.executor = executor
    plan = try await FittingBatch(executor: executor, shape: inputShape) {
      try ExplanationGraph(model, question, inputShape: $0).graph
    }.compile(explanation.graph)
  }

  func answer(to input: Tensor, choosing choose: @escaping TargetChoice) async throws -> Answer {
    let explanation = self.explanation
    let results = try await executor.run(
      plan, [explanation.inputLabel: input], deciding: ExplanationGraph.targetLabel
    ) { try explanation.seed($0[explanation.scoresOutput!]!, choosing: choose) }
    return explanation.answer(results)
  }
}

/// A method that runs the network on many inputs, for one item of a batch after the other.
struct SamplingEngine: ExplanationEngine {
  let explanation: ExplanationGraph
  let plan: Plan
  /// The scores of the inputs themselves.
  private let scoring: (explanation: ExplanationGraph, plan: Plan)
  private let modifier: GradientModifier
  private let method: any SamplingMethod
  private let batchCount: Int
  let executor: Executor

  /// How many samples run at once where the network lets them.
  private static let usualBatchCount = 8

  init(
    _ model: Model, _ question: ExplanationGraph.Question, _ method: any SamplingMethod,
    _ modifier: GradientModifier, inputShape: Shape, _ executor: Executor
  ) async throws {
    guard question.source == nil || !method.isForInputAlone else {
      throw SaliencyError(
        .invalidSetting,
        "method '\(method.name)' is about the network's input; it cannot be asked with respect to a layer",
        file: model.path)
    }
    self.method = method
    self.modifier = modifier
    self.executor = executor
    let scores = try ExplanationGraph(model, question, inputShape: inputShape)
    scoring = (scores, try await executor.compile(scores.graph))
    var sampled = question
    sampled.method = method.sampled
    (explanation, batchCount) = try Self.batched(model, sampled, inputShape: inputShape)
    plan = try await executor.compile(explanation.graph)
  }

  /// The graph for as many samples at once as the network lets through, or for one.
  static func batched(
    _ model: Model, _ question: ExplanationGraph.Question, inputShape: Shape
  ) throws -> (ExplanationGraph, Int) {
    let item = inputShape.count > 1 ? [1] + inputShape.dropFirst() : inputShape
    // A loss may mix the items of a batch.
    if case .units = question.subject, inputShape.count > 1, usualBatchCount > 1 {
      let shape = [usualBatchCount] + inputShape.dropFirst()
      if let graph = try? ExplanationGraph(model, question, inputShape: shape),
        graph.hasBatch(of: usualBatchCount)
      {
        return (graph, usualBatchCount)
      }
    }
    return (try ExplanationGraph(model, question, inputShape: item), 1)
  }

  func answer(to input: Tensor, choosing choose: @escaping TargetChoice) async throws -> Answer {
    let results = try await executor.run(scoring.plan, [scoring.explanation.inputLabel: input])
    let scores = try scoring.explanation.scoresOutput.map { output in
      try results[output].requireFiniteResult("the score of '\(explanation.explained.layer.printable())'")
      return results[output].rows
    }
    var values: [Float] = []
    var shape: Shape = []
    for (index, item) in input.items(input.shape.count > 1 ? input.shape[0] : 1).enumerated() {
      let sampler = NetworkSampler(
        channelAxis: explanation.inputChannelAxis, batchCount: batchCount, explanation: explanation,
        plan: plan, executor: executor, units: try scores.map { try choose(index, $0[index]) } ?? [])
      let attribution = try await method.attribution(of: item, sampler)
      values += attribution.values
      shape = attribution.shape
    }
    if input.shape.count > 1 { shape[0] = input.shape[0] }
    let attribution = try await modifier.applied(to: Tensor(shape: shape, values: values), executor)
    return scoring.explanation.answer(results, attribution: attribution)
  }
}

extension GradientModifier {

  /// An attribution after the modifier. Its shape is the method's choice, so that its small graph is made here.
  func applied(to attribution: Tensor, _ executor: Executor) async throws -> Tensor {
    guard origin != .identity else { return attribution }
    let builder = GraphBuilder()
    let label = "attribution"
    let value = builder.input(label, shape: attribution.shape)
    let graph = try builder.graph(outputs: [try applied(to: value, in: builder)])
    return try await executor.run(executor.compile(graph.optimised()), [label: attribution])[0]
  }
}
