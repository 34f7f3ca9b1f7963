import FileAccess
import ONNXFormat
public import SaliencyCore

extension Explainer {
  /// Writes the network together with its explanation as a model of standard ONNX operators, which runs wherever ONNX does.
  ///
  /// The model takes the network's input, and an input `target` unless the options say what is explained. It gives the network's
  /// own outputs under their own names, the `attribution`, of the shape that ``attribution(of:target:labels:progress:)-(Tensor,_,_,_)`` gives, and with
  /// ``ExportOptions/includesHeatMap`` a `heatmap`. The batch is left open where the network leaves it open. Other inputs of the
  /// model that were given when it was selected are part of the file.
  ///
  /// - Parameters:
  ///   - path: the file that is written, whole or not at all.
  ///   - options: how it is written.
  ///   - executor: where constants are worked out; where nil, on `Executor.shared`.
  /// - Returns: what was written.
  /// - Throws: `SaliencyError` where the method is no single graph or an option does not fit; `ONNXError` where an operation has no
  ///   counterpart in the operator set, or the file cannot be written.
  @discardableResult
  public func export(
    to path: String, options: ExportOptions = ExportOptions(), executor: Executor? = nil
  ) async throws -> ExportReport {
    if options.target?.isOfBoxes == true {
      throw SaliencyError(
        .unknownTarget,
        "a box is chosen from the numbers of each input, and a written model has no boxes; export a unit of the output at its place, as in 5@17",
        file: model.path)
    }
    if detector != nil {
      return try await withoutBoxes().export(to: path, options: options, executor: executor)
    }
    guard model.joint == nil else {
      throw SaliencyError(
        .invalidSetting, "questions about several inputs together cannot be exported; ask about one",
        file: model.path)
    }
    let seed = unitCount > 0 ? try exportedSeed(of: options.target) : .dynamic
    let writer = try ExportWriter(model, inputShape: inputShape, options: options, executor: executor)
    return try await writer.write(to: path, properties: properties) { shape in
      let question = try ExportedQuestion(
        self, inputShape: shape, seedsUnits: seed.seedsUnits, hasHeatMap: options.includesHeatMap)
      return question.exported(for: seed)
    }
  }

  /// The same question about the units of the output, where this explainer is about boxes.
  func withoutBoxes() async throws -> Explainer {
    var question = question
    (question.target, question.prefersBoxes) = (nil, false)
    return try await Explainer(
      model, question, inputShape: inputShape, preprocessing: try? preprocessing)
  }

  /// What gives a written model the weights of units and places.
  private func exportedSeed(of target: Target?) throws -> ExportedSeed {
    guard let target else { return .dynamic }
    if target == .top, !engine.explanation.explained.places.isImage { return .top }
    guard !target.dependsOnScores else {
      throw SaliencyError(
        .unknownTarget,
        "the target '\(target)' is chosen from the scores of each input; a written model can choose the best unit, top, or be told by its "
          + "input 'target'", file: model.path)
    }
    let places = engine.explanation.explained.places
    let values = ExplainedValues(
      unitCount: unitCount, places: places,
      scores: [Float](repeating: 0, count: unitCount * places.count))
    return try SaliencyError.naming(model.path) {
      let parts = try target.readingMasks().chosen(from: values, labels: nil)
      guard target.hasPlaces else { return .units(parts.map(\.unit)) }
      var weights = [Float](repeating: 0, count: values.scores.count)
      for part in parts { part.add(to: &weights, at: 0, placeCount: places.count) }
      return .weights(Tensor(shape: [1, unitCount] + places.extents, values: weights))
    }
  }

  /// What the file says of itself.
  private var properties: [(key: String, value: String)] {
    var properties = [
      ("saliency.method", provenance.methodSpecification), ("saliency.modifier", provenance.modifier),
      ("saliency.layer", provenance.layer), ("saliency.side", provenance.side.rawValue),
    ]
    if let layer = provenance.withRespectTo { properties.append(("saliency.with_respect_to", layer)) }
    return properties.map { (key: $0.0, value: $0.1) }
  }
}

extension Model {
  /// Writes the network itself as a model of standard ONNX operators: a Keras file becomes an ONNX file.
  ///
  /// - Parameters:
  ///   - path: the file that is written, whole or not at all.
  ///   - inputShape: the shape of the input; where nil, the one that the model fixes. A batch that the model leaves open stays open.
  ///   - options: how it is written; what is about explanations is of no account.
  ///   - executor: where constants are worked out; where nil, on `Executor.shared`.
  /// - Returns: what was written.
  /// - Throws: what ``Explainer/export(to:options:executor:)`` throws.
  @discardableResult
  public func export(
    to path: String, inputShape: Shape? = nil, options: ExportOptions = ExportOptions(),
    executor: Executor? = nil
  ) async throws -> ExportReport {
    let shape = try inputShape ?? usualInputShape()
    let writer = try ExportWriter(self, inputShape: shape, options: options, executor: executor)
    return try await writer.write(to: path, properties: []) { shape in
      let network = try network(inputShape: shape)
      for output in network.outputs { try network.requireAvailable(output) }
      let graph = network.graph.withOutputs(network.outputs.map(\.node))
      return ExportedGraph(
        graph: try graph.optimised(),
        outputs: network.outputs.enumerated().map { ($0.element.name, $0.offset) })
    }
  }
}
