public import SaliencyCore

/// A model compiled to give its scores alone.
public final class Predictor: Sendable {
  /// The shape of the inputs.
  public let inputShape: Shape
  /// The number of classes.
  public var unitCount: Int { explanation.unitCount }

  private let explanation: ExplanationGraph
  private let plan: Plan
  private let executor: Executor

  /// Compiles the forward pass; errors are those of `Explainer`.
  public init(_ model: Model, inputShape: Shape? = nil, executor: Executor? = nil) async throws {
    guard let inputShape = try inputShape ?? model.fixedInputShape() else {
      throw SaliencyError(
        .invalidInput, "\(model.path): the model leaves the shape of its input open; give one")
    }
    let network = try model.network(inputShape: inputShape)
    explanation = try ExplanationGraph(
      network, .init(layer: nil, side: .score, method: nil, modifier: .none))
    let executor = try executor ?? Executor()
    self.executor = executor
    self.inputShape = inputShape
    plan = try await executor.compile(explanation.graph)
  }

  /// The best units of each item of a batch, best first.
  ///
  /// - Throws: `GraphError` where the shape does not fit, `SaliencyError` where a number is not finite.
  public func predictions(for input: Tensor, count: Int = 5) async throws -> [[Attribution.Unit]] {
    try input.requireFinite("the input")
    let results = try await executor.run(plan, [explanation.inputLabel: input])
    try results[explanation.scoresOutput].requireFinite("the score of '\(explanation.explained.layer)'")
    let probabilities = explanation.probabilitiesOutput.map { results[$0].rows }
    return results[explanation.scoresOutput].rows.enumerated().map { item, row in
      row.indicesOfLargest(min(count, row.count)).map {
        Attribution.Unit(index: $0, score: row[$0], probability: probabilities?[item][$0])
      }
    }
  }
}
