public import SaliencyCore

/// Checks what a method promises about attributions of a model, by running the network forward.
///
/// Of path methods and DeepLIFT the completeness is checked, of layer-wise relevance the conservation, and of gradients the slope along
/// them. The network is run in single precision, whatever the attributions were computed with. Other methods promise nothing, see
/// ``AttributionPromise``; neither does any method with a modifier, so that attributions are made anew without one where they have one.
public final class AttributionChecker: Sendable {
  private let promise: AttributionPromise
  private let forward: ForwardNetwork?
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
    (unmodified.modifier, unmodified.withRespectTo) = (.none, nil)
    try await self.init(
      model, question.subject, question.method, question.withRespectTo, inputShape, executor
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
    _ model: Model, _ subject: ExplanationGraph.Subject, _ method: Method, _ source: LayerReference?,
    _ shape: Shape, _ executor: Executor, explainer: @escaping @Sendable () async throws -> Explainer
  ) async throws {
    promise = method.body.promise
    self.explainer = explainer
    if case .nothing = promise {
      reason = "method '\(method.name.printable())' promises no sum and is no derivative"
    } else if source != nil {
      reason = "the attribution is for a layer, which cannot be set"
    } else if case .losses = subject, shape.count > 1, shape[0] > 1 {
      reason = "losses are of the batch as a whole"
    } else {
      reason = nil
    }
    guard reason == nil else {
      forward = nil
      return
    }
    // The steps along a gradient are smaller than what bfloat16 tells apart.
    let precise =
      executor.precision == .fp32
      ? executor : try Executor(threadCount: executor.threadCount, memoryLimit: executor.memoryLimit)
    forward = try await ForwardNetwork(model, subject, inputShape: shape, executor: precise)
  }

  /// Checks each item of an attribution's batch.
  ///
  /// - Throws: what an ``Explainer`` throws.
  public func checks(of attribution: Attribution) async throws -> [AttributionCheck] {
    let input = attribution.input
    let items = input.items(input.shape.count > 1 ? input.shape[0] : 1)
    guard let forward else { return items.map { _ in AttributionCheck(unchecked: reason ?? "") } }
    let units = attribution.units.map { $0.map(\.index) }
    let values =
      attribution.provenance.isModified
      ? try await explainer().values(of: input, units: units) : attribution.values
    let parts = values.items(items.count)
    var checks: [AttributionCheck] = []
    for (index, item) in items.enumerated() {
      checks.append(
        try await check(
          parts[index].values, of: item,
          forward.sampler(of: item, units: units.isEmpty ? [] : units[index])))
    }
    return checks
  }

  private func check(
    _ values: [Float], of input: Tensor, _ network: NetworkSampler
  ) async throws -> AttributionCheck {
    func scores(_ inputs: [Tensor]) async throws -> [Double] {
      var scores: [Double] = []
      try await network.run(count: inputs.count) {
        inputs[$0]
      } _: {
        scores.append(Double($0.score))
      }
      return scores
    }
    let sum = values.reduce(0) { $0 + Double($1) }
    switch promise {
    case .nothing: return AttributionCheck(unchecked: reason ?? "")
    case .output:
      return AttributionCheck(.conservation, claimed: sum, measured: try await scores([input])[0])
    case .difference(let baselines):
      let starts = try baselines.map { baseline throws(SaliencyError) in
        try baseline.tensor(for: input, channelAxis: network.channelAxis)
      }
      let ends = try await scores([input] + starts)
      let mean = ends.dropFirst().reduce(0, +) / Double(baselines.count)
      return AttributionCheck(.completeness, claimed: sum, measured: ends[0] - mean)
    case .derivative:
      return try await slope(along: values, of: input, scores)
    }
  }

  /// Central differences along the gradient, at several distances: far steps bend, short ones drown in rounding. The one that is nearest
  /// to what the gradient says counts.
  private func slope(
    along gradient: [Float], of input: Tensor, _ scores: ([Tensor]) async throws -> [Double]
  ) async throws -> AttributionCheck {
    let norm = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    guard norm > 0, norm.isFinite else {
      return AttributionCheck(
        unchecked: "the gradient is 0 everywhere, so that there is no direction along it")
    }
    let numbers = input.values
    let size = max(Double(try await scores([input])[0].magnitude), 1e-3)
    // The expected rise or fall, as shares of the score.
    let distances = [1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4].map { $0 * size / norm }
    let inputs = distances.flatMap { distance in
      [distance, -distance].map { step in
        Tensor(
          shape: input.shape,
          values: zip(numbers, gradient).map { Float(Double($0) + step * Double($1) / norm) })
      }
    }
    let results = try await scores(inputs)
    let slopes = distances.indices.map { (results[2 * $0] - results[2 * $0 + 1]) / (2 * distances[$0]) }
    let nearest = slopes.min { abs($0 - norm) < abs($1 - norm) }!
    return AttributionCheck(.slope, claimed: norm, measured: nearest)
  }
}

extension Explainer {
  /// The attribution of given units, a list for each item; of losses where there are none.
  fileprivate func values(of input: Tensor, units: [[Int]]) async throws -> Tensor {
    try await engine.answer(to: input, nil) { item, _ in units[item] }.attribution
  }
}
