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
  private let addsSoftmax: Bool?
  private let fileLabels: Labels?
  let batch: BatchedPlan
  /// The compiled graph; of a large batch the one that runs on a few of its items.
  public var plan: Plan { batch.plan }
  var explanation: ExplanationGraph { batch.explanation }
  let executor: Executor
  private let path: String
  let arrangement: InputArrangement

  /// Compiles the forward pass; parameters and errors are those of ``Explainer`` and ``Question/addsSoftmax``.
  public init(
    _ model: Model, inputShape: Shape? = nil, preprocessing: Preprocessing? = nil,
    addsSoftmax: Bool? = nil, executor: Executor? = nil
  ) async throws {
    self.addsSoftmax = addsSoftmax
    form = try InputForm(model, shape: inputShape, preprocessing: preprocessing)
    path = model.path
    let executor = try executor ?? .shared
    self.executor = executor
    let arranged = try ArrangedModel(model, inputShape: form.shape)
    arrangement = arranged.arrangement
    batch = try await BatchedPlan(shape: arrangement.arranged(form.shape), executor) {
      try ExplanationGraph(arranged, .init(subject: .units(of: nil, side: .score)), inputShape: $0)
    }
    fileLabels = model.fileLabels(for: batch.explanation.unitCount)
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
    guard input.shape == inputShape else {
      throw GraphError(
        .inputMismatch,
        "input '\(explanation.inputLabel)' takes a tensor of \(inputShape.text), not \(input.shape.text)")
    }
    try input.requireFiniteInput()
    let labels = labels ?? fileLabels
    let answer = explanation.values(of: try await batch.run(arrangement.arranged(input)))
    return try SaliencyError.naming(path) {
      for values in answer.scores {
        try Tensor(shape: [values.scores.count], values: values.scores).requireFiniteResult(
          "the score of '\(explanation.explained.layer.printable())'")
      }
      let reportsProbabilities = explanation.explained.reportsProbabilities(
        of: unitCount, labels: labels, addsSoftmax: addsSoftmax)
      let probabilities = reportsProbabilities ? answer.probabilities : nil
      return try answer.scores.enumerated().map { item, values in
        try Target.top(min(max(count, 1), values.unitCount))
          .chosen(from: values, labels: nil, winsPlaces: true).prefix(max(count, 0)).map {
            Attribution.Unit(
              $0, name: labels?.name(of: $0.unit), scores: values, probabilities: probabilities?[item])
          }
      }
    }
  }
}
