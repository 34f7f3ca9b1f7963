public import SaliencyCore
public import SaliencyImage

/// A question about a model, compiled once and asked of many inputs.
///
/// An explainer may be used from several tasks at once; runs follow one another, each with all cores. The same input,
/// settings and machine give the same bytes.
public final class Explainer: Sendable {
  /// The shape of the inputs that are explained.
  public var inputShape: Shape { form.shape }
  /// The number of units that a target may name.
  public var unitCount: Int { explanation.unitCount }
  /// What every attribution of this explainer reports.
  public let provenance: Attribution.Provenance
  /// The compiled graph.
  public let plan: Plan

  private let form: InputForm
  private let explanation: ExplanationGraph
  private let executor: Executor

  /// How photographs become inputs.
  ///
  /// - Throws: `SaliencyError` where the model's input is no picture, or a file of settings beside it is damaged.
  public var preprocessing: Preprocessing {
    get throws(SaliencyError) { try form.preprocessing.get() }
  }

  /// Compiles a question.
  ///
  /// - Parameters:
  ///   - model: the network.
  ///   - method: how the gradient is propagated back.
  ///   - modifier: what is done to the gradient afterwards.
  ///   - layer: a layer by name or index whose units are explained instead of the network's output.
  ///   - side: which side of a final softmax or sigmoid is explained.
  ///   - inputShape: the shape of the inputs; where nil, the one that the model fixes, with a batch of 1, and where it
  ///     fixes none the one that the preprocessing leads to.
  ///   - preprocessing: how photographs become inputs; where nil, what ``Model/preprocessing(overrides:origin:)`` finds.
  ///   - executor: where it runs; where nil, on ``Executor/shared``.
  /// - Throws: `ONNXError` or `KerasError` where the model cannot be imported, `SaliencyError` where the question makes no sense,
  ///   `GraphError` where a node cannot be differentiated or compiled.
  public init(
    _ model: Model, method: Method = .gradient, modifier: GradientModifier = .absolute, layer: String? = nil,
    side: OutputSide = .score, inputShape: Shape? = nil, preprocessing: Preprocessing? = nil,
    executor: Executor? = nil
  ) async throws {
    let form = try InputForm(model, shape: inputShape, preprocessing: preprocessing)
    let network = try model.network(inputShape: form.shape)
    let explanation = try SaliencyError.naming(model.path) {
      try ExplanationGraph(
        network,
        .init(
          layer: try layer.map { try network.layer(named: $0) }, side: side, method: method,
          modifier: modifier)
      )
    }
    let executor = try executor ?? .shared
    self.form = form
    self.explanation = explanation
    self.executor = executor
    plan = try await executor.compile(explanation.graph)
    let explained = explanation.explained
    provenance = Attribution.Provenance(
      model: model, input: explanation.inputLabel, layout: model.pictureLayout, layer: explained.layer,
      side: explained.side,
      finalActivation: explained.finalActivation, isActivationAdded: explained.isActivationAdded,
      unitAxis: explained.unitAxis, method: method.name, modifier: modifier.name, isSigned: modifier.isSigned,
      overriddenLayers: explanation.overriddenLayers, keptActivations: explanation.keptActivations)
  }

  /// Explains a target for a photograph, which is resized, cropped and scaled as ``preprocessing`` says.
  ///
  /// - Parameters:
  ///   - photograph: a picture of any size.
  ///   - target: the units that are explained.
  ///   - labels: the names of the units.
  /// - Throws: `SaliencyError` where the model's input is no picture, and what
  ///   ``attribution(of:target:labels:)-(Tensor,_,_)`` throws.
  public func attribution(
    of photograph: Image, target: Target = .top, labels: Labels? = nil
  ) async throws -> Attribution {
    let (visiblePart, input) = try form.prepare(photograph)
    return try await attribution(of: input, photograph: visiblePart, target: target, labels: labels)
  }

  /// Explains a target for a tensor.
  ///
  /// - Parameters:
  ///   - input: a tensor of `inputShape`.
  ///   - target: the units that are explained; `top` is chosen anew for each item of a batch.
  ///   - labels: the names of the units; needed where the target uses names.
  /// - Throws: `GraphError` where the shape does not fit, `SaliencyError` where the target does not exist or a number is
  ///   not finite.
  public func attribution(
    of input: Tensor, target: Target = .top, labels: Labels? = nil
  ) async throws -> Attribution {
    try await attribution(of: input, photograph: nil, target: target, labels: labels)
  }

  /// Explains a target for a tensor that was made of a photograph.
  package func attribution(
    of input: Tensor, photograph: Image?, target: Target, labels: Labels?
  ) async throws -> Attribution {
    try input.requireFiniteInput()
    let explanation = self.explanation
    let path = provenance.model.path
    let results = try await executor.run(
      plan, [explanation.inputLabel: input], deciding: ExplanationGraph.targetLabel
    ) { outputs in
      try SaliencyError.naming(path) {
        let scores = outputs[explanation.scoresOutput]!
        try scores.requireFiniteResult("the score of '\(explanation.explained.layer.printable())'")
        var seed = [Float](repeating: 0, count: scores.shape.elementCount)
        for (item, row) in scores.rows.enumerated() {
          for unit in try target.units(scores: row, labels: labels) { seed[item * row.count + unit] = 1 }
        }
        return Tensor(shape: scores.shape, values: seed)
      }
    }
    let values = results[explanation.attributionOutput!]
    try SaliencyError.naming(path) { try values.requireFiniteResult("the attribution") }
    let scores = results[explanation.scoresOutput].rows
    let probabilities = explanation.probabilitiesOutput.map { results[$0].rows }
    let units = try scores.indices.map { item in
      try target.units(scores: scores[item], labels: labels).map {
        Attribution.Unit(
          index: $0, name: labels?.name(of: $0), score: scores[item][$0],
          probability: probabilities?[item][$0])
      }
    }
    return Attribution(
      values: values, units: units, input: input, photograph: photograph, provenance: provenance)
  }
}

extension Tensor {
  /// The rows of a matrix.
  var rows: [[Float]] {
    let values = self.values
    let columns = shape[1]
    return (0..<shape[0]).map { Array(values[$0 * columns..<($0 + 1) * columns]) }
  }
}
