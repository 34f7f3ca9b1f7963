public import SaliencyCore
public import SaliencyImage

/// A model compiled to give its scores alone.
public final class Predictor: Sendable {
  /// The shape of the inputs.
  public var inputShape: Shape { form.shape }
  /// The number of classes.
  public var unitCount: Int { explanation.unitCount }

  /// The bytes of the weights as they are packed to be run.
  public var packedByteCount: Int { plan.constantByteCount }

  private let form: InputForm
  let batch: BatchedPlan
  /// The compiled graph; of a large batch the one that runs on a few of its items.
  public var plan: Plan { batch.plan }
  var explanation: ExplanationGraph { batch.explanation }
  let executor: Executor
  private let path: String

  /// Compiles the forward pass; parameters and errors are those of ``Explainer``.
  public init(
    _ model: Model, inputShape: Shape? = nil, preprocessing: Preprocessing? = nil, executor: Executor? = nil
  ) async throws {
    form = try InputForm(model, shape: inputShape, preprocessing: preprocessing)
    path = model.path
    let executor = try executor ?? .shared
    self.executor = executor
    batch = try await BatchedPlan(shape: form.shape, executor) {
      try ExplanationGraph(model, .init(subject: .units(of: nil, side: .score)), inputShape: $0)
    }
  }

  /// The best units for a photograph, best first.
  ///
  /// - Parameters:
  ///   - photograph: a picture of any size.
  ///   - count: how many units are returned; all where there are fewer.
  ///   - labels: the names of the units.
  /// - Throws: `SaliencyError` where the model's input is no picture or a number is not finite, `GraphError` where the
  ///   predictor is compiled for a batch of another size than 1.
  public func predictions(
    for photograph: Image, count: Int = 5, labels: Labels? = nil
  ) async throws -> [Attribution.Unit] {
    try await predictions(for: try form.prepare(photograph).input, count: count, labels: labels)[0]
  }

  /// The best units of each item of a batch, best first.
  ///
  /// - Parameters:
  ///   - input: a tensor of ``inputShape``.
  ///   - count: how many units are returned; all where there are fewer.
  ///   - labels: the names of the units.
  /// - Throws: `GraphError` where the shape does not fit, `SaliencyError` where a number is not finite.
  public func predictions(for input: Tensor, count: Int = 5, labels: Labels? = nil) async throws
    -> [[Attribution.Unit]]
  {
    try input.requireFiniteInput()
    let results = try await batch.run(input)
    let scores = results[explanation.scoresOutput!]
    try SaliencyError.naming(path) {
      try scores.requireFiniteResult("the score of '\(explanation.explained.layer.printable())'")
    }
    let probabilities = explanation.probabilitiesOutput.map { results[$0].rows }
    return scores.rows.enumerated().map { item, row in
      row.indicesOfLargest(min(max(count, 0), row.count)).map {
        Attribution.Unit(
          index: $0, name: labels?.name(of: $0), score: row[$0], probability: probabilities?[item][$0])
      }
    }
  }
}
