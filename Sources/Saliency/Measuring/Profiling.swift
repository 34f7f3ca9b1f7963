public import SaliencyCore

extension Explainer {
  /// How many items of a batch, or samples, run at once.
  public var itemsAtOnce: Int { engine.itemsAtOnce }

  /// Where the time of an attribution goes, step by step; the best unit of each item is explained.
  ///
  /// - Parameters:
  ///   - input: a tensor of ``inputShape``.
  ///   - runs: how many runs the medians are of.
  /// - Throws: what ``attribution(of:target:labels:progress:)-(Tensor,_,_,_)`` throws.
  public func profile(of input: Tensor, runs: Int = 10) async throws -> PlanProfile {
    let units = try await attribution(of: input).units
    let explanation = engine.explanation
    // A large batch runs in parts, and a method of many samples on a batch of its own size.
    let shape = plan.inputs.first { $0.label == explanation.inputLabel }?.shape ?? input.shape
    let values = arranged.arrangement.arranged(input).values
    var tensors = [
      explanation.inputLabel: Tensor(
        shape: shape, values: (0..<shape.elementCount).map { values[$0 % values.count] })
    ]
    if let scores = explanation.scoresOutput {
      let shape = plan.outputShapes[scores]
      var seed = [Float](repeating: 0, count: shape.elementCount)
      let (rowCount, placeCount) = (seed.count / shape[0], explanation.explained.places.count)
      for item in 0..<shape[0] {
        for unit in units[item % units.count] {
          unit.part.add(to: &seed, at: item * rowCount, placeCount: placeCount)
        }
      }
      tensors[ExplanationGraph.targetLabel] = Tensor(shape: shape, values: seed)
    }
    return try await engine.executor.profile(plan, tensors, runs: runs)
  }

  /// The convolutions and matrix products of the network and its gradient by themselves: the least that an attribution can take.
  public func barePrimitives() async throws -> BarePrimitives {
    try await engine.executor.barePrimitives(of: engine.explanation.graph)
  }
}

extension Predictor {
  /// Where the time of a prediction goes, step by step; parameters and errors are those of ``Explainer/profile(of:runs:)``.
  public func profile(of input: Tensor, runs: Int = 10) async throws -> PlanProfile {
    // A large batch runs in parts, of which the first stands for all.
    let isPart = batch.runCount > 1 && input.shape == inputShape
    let whole = arrangement.arranged(input)
    let values = isPart ? Array(whole.values.prefix(batch.partShape.elementCount)) : whole.values
    let part = Tensor(shape: isPart ? batch.partShape : whole.shape, values: values)
    return try await executor.profile(plan, [explanation.inputLabel: part], runs: runs)
  }

  /// The convolutions and matrix products of the network by themselves: the least that a prediction can take.
  public func barePrimitives() async throws -> BarePrimitives {
    try await executor.barePrimitives(of: explanation.graph)
  }
}
