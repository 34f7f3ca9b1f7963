import FileAccess
import ONNXFormat
public import SaliencyCore

extension Explainer {
  /// Writes the network together with its explanation as a model of standard ONNX operators, which runs wherever ONNX does.
  ///
  /// The model takes the network's input, and an input `target` unless the options say what is explained. It gives the network's
  /// own outputs under their own names, the `attribution`, of the shape that ``attribution(of:target:labels:progress:)-(Tensor,_,_,_)`` gives, and with
  /// ``ExportOptions/includesHeatMap`` a `heatmap`, whose first axis is that of the items. The batch is left open where the network leaves it
  /// open, whichever axis it is. An input of integers takes integers, other numbers are of single precision. Other inputs of the model that were
  /// given when it was selected are part of the file.
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
    if let other = try await exporter(of: options.target) {
      return try await other.export(to: path, options: options, executor: executor)
    }
    guard model.joint == nil else {
      throw SaliencyError(
        .invalidSetting, "questions about several inputs together cannot be exported; ask about one",
        file: model.path)
    }
    let seed = unitCount > 0 ? try exportedSeed(of: options.target) : .dynamic
    let writer = try ExportWriter(
      model, inputShape: inputShape, itemAxis: arranged.arrangement.itemAxis, options: options,
      executor: executor)
    return try await writer.write(to: path, properties: properties) { shape in
      let question = try ExportedQuestion(
        self, inputShape: shape, seed: seed, hasHeatMap: options.includesHeatMap)
      return question.exported(for: seed)
    }
  }

  /// The same question about units where this explainer is about boxes, and about boxes where it is about units; nil where a written model for a
  /// target asks what this explainer does. Whoever runs a model says units.
  func exporter(of target: Target?) async throws -> Explainer? {
    guard target == nil else { return try await explainer(for: target) }
    guard detector != nil else { return nil }
    var question = question
    (question.target, question.prefersBoxes) = (nil, false)
    return try await Explainer(
      model, question, inputShape: inputShape, preprocessing: try? preprocessing, executor: engine.executor)
  }

  /// What gives a written model the weights of units and places.
  private func exportedSeed(of target: Target?) throws -> ExportedSeed {
    guard let target else { return .dynamic }
    if let detector {
      return .bestBox(
        try SaliencyError.naming(model.path) { try target.exportedNumber(of: detector) },
        above: detector.settings.score)
    }
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

extension Target {
  /// The number of the best box that is meant, which a written model can choose.
  ///
  /// - Throws: `SaliencyError` where another box is meant, or several, or the number has a scale that each input decides.
  fileprivate func exportedNumber(of detector: Detector) throws(SaliencyError) -> BoxQuantity {
    guard let quantity = bestBoxNumber else {
      throw SaliencyError(
        .unknownTarget,
        "the target '\(self)' cannot be exported: which boxes follow the best one is decided by leaving out those that overlap, which is no "
          + "graph; export the best one, box:0, or a unit of the output at its place, as in 5@17")
    }
    guard detector.channels.units == .pixels || [.score, .objectness].contains(quantity) else {
      throw SaliencyError(
        .unknownTarget,
        "the target '\(self)' cannot be exported: the numbers for each input decide whether this detector's coordinates are pixels or shares; "
          + "export the score of the best box, box:0, or a unit of the output at its place, as in 5@17")
    }
    return quantity
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
    let shape = try inputShape ?? defaultInputShape()
    // Nothing has to know what an open first axis stands for where nothing is asked about it.
    let itemAxis = try joint == nil ? ArrangedModel(self, inputShape: shape).arrangement.itemAxis ?? 0 : 0
    let writer = try ExportWriter(
      self, inputShape: shape, itemAxis: itemAxis, options: options, executor: executor)
    return try await writer.write(to: path, properties: []) { shape in
      let network = try network(inputShape: shape)
      for output in network.outputs { try network.requireAvailable(output) }
      let graph = network.graph.withOutputs(network.outputs.map(\.node))
      return ExportedGraph(
        graph: try graph.optimized(),
        outputs: network.outputs.enumerated().map { ($0.element.name, $0.offset) },
        networkOutputCount: network.outputs.count)
    }
  }
}
