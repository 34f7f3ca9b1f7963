import CSaliencyPython
import Saliency
import Synchronization

/// A question about a model, compiled for each shape of inputs that it is asked of.
final class AskedQuestion: Sendable {
  struct Settings: Decodable {
    var question: Question?
    var labels: [String?]?
    var labelsFile: String?
    var similarity: Similarity?
  }

  let opened: OpenedModel
  private let question: Question
  private let labels: Labels?
  private let similarity: Similarity
  private let explainers: ExplainerCache
  /// What was compiled for predictions, the latest last.
  private let predictors = Mutex<[(shape: Shape, predictor: Predictor)]>([])
  private let isOfImages: Bool

  init(_ opened: OpenedModel, _ settings: Settings) throws {
    self.opened = opened
    question = settings.question ?? Question()
    labels = try settings.labels.map { Labels($0) } ?? settings.labelsFile.map { try Labels(contentsOf: $0) }
    similarity = settings.similarity ?? .cosine
    try question.detection.requireSense()
    explainers = ExplainerCache(opened.model, limit: 4, executor: opened.executor)
    var single = question
    single.inputs = Array(question.inputs.prefix(1)).filter { $0 != "all" }
    let selected = try single.selecting(in: opened.model)
    isOfImages = (try? selected.preprocessing(overrides: question.preparation, origin: Self.origin)) != nil
  }

  /// What the origin of a preparation is called that the question says.
  private static let origin = "prepare"

  /// What is asked of some inputs, with the tensors that are given beside them.
  private func asked(_ target: Target?, _ inputs: [Input]) throws -> Question {
    var asked = question
    if let target {
      guard asked.losses.isEmpty else {
        throw Failure.usage("losses are explained, which say themselves what is meant; give no target")
      }
      asked.target = target
    }
    for input in inputs where input.role == .given {
      guard let port = input.port else {
        throw Failure.usage("a tensor is given for another input, whose name is missing")
      }
      guard asked.given.updateValue(try input.tensor(), forKey: port) == nil else {
        throw Failure.usage("two tensors are given for input '\(port)'")
      }
    }
    return asked
  }

  /// The one input that is explained.
  private func explained(_ inputs: [Input]) throws -> Input {
    let explained = inputs.filter { $0.role == .explained }
    guard explained.count == 1 else {
      throw Failure.usage("one input is needed, and \(explained.count) are given")
    }
    return explained[0]
  }

  private func prepare(_ input: Input, _ model: Model) throws -> PreparedInput {
    do {
      return try model.prepare(
        input.contents(takesImages: isOfImages), overrides: question.preparation, origin: Self.origin)
    } catch {
      throw Failure(error, input: input.name, model: model.path)
    }
  }

  // MARK: - Explaining

  func explain(
    _ target: Target?, _ inputs: [Input], _ progress: @escaping SamplingProgress.Handler
  ) async throws -> ExplainedInput {
    let asked = try asked(target, inputs)
    guard asked.inputs.count <= 1, asked.inputs != ["all"] else {
      return try await explainTogether(asked, inputs, progress)
    }
    let model = try asked.selecting(in: opened.model)
    let input = try explained(inputs)
    let prepared = try prepare(input, model)
    let (explainer, question) = try await explainer(for: asked, prepared.tensor.shape, model, inputs)
    try explainer.check(labels)
    let attribution = try await explainer.attribution(
      of: prepared, target: question.losses.isEmpty ? question.target : nil, labels: labels,
      progress: progress)
    return ExplainedInput(
      [attribution], of: [(input.name, prepared)], question, self,
      notes: try await notes(of: attribution, prepared, model, explainer))
  }

  private func explainer(
    for asked: Question, _ shape: Shape, _ model: Model, _ inputs: [Input]
  ) async throws -> (Explainer, Question) {
    guard let compared = inputs.first(where: { $0.role == .compared }) else {
      // A target is chosen when it runs; what is compiled depends on its kind alone.
      let kind = asked.target?.isOfBoxes == true ? "boxes" : asked.target == nil ? "any" : "target"
      let explainer = try await explainers.explainer(
        for: asked, named: asked.given.isEmpty ? kind : nil, inputShape: shape)
      return (explainer, asked)
    }
    var question = asked
    let other = try prepare(compared, model)
    let loss = try await model.similarity(
      to: other.tensor, measure: similarity, layer: asked.layer, named: compared.name,
      executor: opened.executor)
    (question.target, question.layer, question.losses) = (nil, nil, [(loss, 1)])
    return (try await explainers.explainer(for: question, inputShape: shape), question)
  }

  private func explainTogether(
    _ asked: Question, _ inputs: [Input], _ progress: @escaping SamplingProgress.Handler
  ) async throws -> ExplainedInput {
    var asked = asked
    var base = asked
    base.inputs = []
    let model = try base.selecting(in: opened.model)
    asked.inputs = try model.explainedInputs(asked.inputs)
    var explained: [(name: String, PreparedInput)] = []
    for name in asked.inputs {
      guard let input = inputs.first(where: { $0.role == .explained && $0.port == name }) else {
        throw Failure.usage("input '\(name)' is explained, and has no tensor or image")
      }
      let prepared = try prepare(input, model.selecting(explained: name))
      explained.append((input.name, prepared))
    }
    let tensors = Dictionary(uniqueKeysWithValues: zip(asked.inputs, explained.map(\.1.tensor)))
    let explainer = try await Explainer(
      opened.model, asked, inputShapes: tensors.mapValues(\.shape), executor: opened.executor)
    try explainer.check(labels)
    let images = zip(asked.inputs, explained).compactMap { name, input in
      input.1.visiblePart.map { (name, $0) }
    }
    let joint = try await explainer.attributions(
      of: tensors, target: asked.losses.isEmpty ? asked.target : nil, labels: labels, progress: progress
    ).showing(Dictionary(uniqueKeysWithValues: images))
    return ExplainedInput(
      joint.attributions, joint: joint, of: explained, asked, self, notes: model.assumptions)
  }

  /// What a user should know of an attribution.
  private func notes(
    of attribution: Attribution, _ prepared: PreparedInput, _ model: Model, _ explainer: Explainer
  ) async throws -> [String] {
    var notes = model.assumptions.map { "\(model.path): \($0)" }
    if prepared.preprocessing?.isGuessed == true {
      notes.append(
        "\(model.path): nothing says how images become its input, so they are scaled as is usual; give mean, std and "
          + "scale, or a file \(model.path).saliency.json")
    }
    for item in attribution.units.indices where attribution.isZero(item: item) {
      let reason = try await explainer.reasonForZero(of: attribution, item: item)
      notes.append(
        "the attribution of item \(item) is zero everywhere" + (reason.map { ": \($0)" } ?? ""))
    }
    return notes
  }

  // MARK: - Predicting

  func predict(top: Int, _ inputs: [Input]) async throws -> PredictReport {
    let asked = try asked(nil, inputs)
    let model = try asked.selecting(in: opened.model)
    let input = try explained(inputs)
    let prepared = try prepare(input, model)
    let shape = prepared.tensor.shape
    let predictor = try await self.predictor(for: asked, shape, model)
    try predictor.check(labels)
    guard predictor.detector == nil else {
      let found = try await predictor.detections(for: prepared.tensor).map {
        Array($0.prefix(top == 0 ? .max : top))
      }
      return PredictReport(
        found, by: predictor, of: model, input: input.name, prepared: prepared, labels: labels)
    }
    let found = try await predictor.predictions(
      of: prepared.tensor, count: top == 0 ? 5 : top, labels: labels)
    return PredictReport(found, by: predictor, of: model, input: input.name, prepared: prepared)
  }

  private func predictor(
    for asked: Question, _ shape: Shape, _ model: Model
  ) async throws -> Predictor {
    if asked.given.isEmpty, let known = predictors.withLock({ $0.first { $0.shape == shape } }) {
      return known.predictor
    }
    let predictor = try await Predictor(
      model, inputShape: shape, addsSoftmax: asked.addsSoftmax, detection: asked.detection,
      executor: opened.executor)
    if asked.given.isEmpty {
      predictors.withLock { $0 = $0.filter { $0.shape != shape }.suffix(3) + [(shape, predictor)] }
    }
    return predictor
  }

  /// The network's outputs.
  func compute(_ inputs: [Input]) async throws -> Numbers {
    let model = try asked(nil, inputs).selecting(in: opened.model)
    let prepared = try prepare(explained(inputs), model)
    return Numbers(
      try await model.outputs(for: prepared.tensor, executor: opened.executor).map {
        OwnedArray($0.name, shape: $0.values.shape, values: $0.values.values)
      })
  }
}

// MARK: - Evaluating and exporting

extension AskedQuestion {
  struct EvaluationSettings: Decodable {
    var methods: [String]?
    var metrics: [String]?
    var seed: Int?
  }

  /// An item of an input that is evaluated.
  private struct Item {
    let input: Input
    let position: Int
    let tensor: Tensor
    let mask: [Bool]?
  }

  func evaluate(_ settings: EvaluationSettings, _ inputs: [Input]) async throws -> EvaluationReport {
    let seed = settings.seed ?? 0
    guard seed >= 0 else { throw Failure.usage("the seed has to be 0 or more") }
    let names = (settings.methods ?? ["gradient"]).map { CatalogSpecification($0, in: Method.catalog) }
    if let twice = names.repeated { throw Failure.usage("method '\(twice.text)' is named twice") }
    let methods = try names.map { ($0.text, try Method(parsing: $0.seeded(seed).text)) }
    let listed = try (settings.metrics ?? MetricEntry.catalog.map(\.name)).map {
      try MetricEntry.metric(parsing: CatalogSpecification($0, in: MetricEntry.catalog).seeded(seed).text)
    }
    if let twice = listed.first(where: { metric in listed.count { $0.name == metric.name } > 1 }) {
      throw Failure.usage("metric '\(twice.name)' is named twice")
    }
    let base = try asked(nil, inputs)
    let model = try base.selecting(in: opened.model)
    let items = try items(of: inputs, model, base.layer)
    guard !items.isEmpty, !methods.isEmpty else { throw Failure.usage("there is nothing to evaluate") }
    let hasMasks = items.contains { $0.mask != nil }
    let metrics =
      settings.metrics == nil
      ? try model.metrics(of: listed, for: items.map(\.tensor), hasMasks: hasMasks, layer: base.layer)
      : listed
    if !hasMasks, let metric = metrics.first(where: { $0.scope == .masks }) {
      throw Failure.usage(
        "metric '\(metric.name)' needs to know where the explained thing is; give masks")
    }
    var rows: [EvaluationReport.Row] = []
    for (name, method) in methods {
      var known: Evaluator?
      for item in items {
        let shape = item.tensor.shape
        if known?.inputShape != shape {
          known = try await Evaluator(
            model, base.asked(by: method), inputShape: shape, executor: opened.executor)
          try known!.check(labels)
        }
        do {
          let evaluation = try await known!.evaluation(
            of: item.tensor, mask: item.mask, target: base.target, labels: labels, metrics: metrics)
          rows.append(
            .init(input: item.input.name, item: item.position, method: name, evaluation: evaluation))
        } catch {
          throw Failure(error, input: item.input.name, model: model.path)
        }
      }
    }
    let table = EvaluationTable(
      methods: methods.map(\.0), metrics: metrics,
      evaluations: methods.indices.map { method in
        rows[method * items.count..<(method + 1) * items.count].map(\.evaluation.values)
      })
    return EvaluationReport(rows, table: table, of: model, target: "\(base.target ?? .top)", seed: seed)
  }

  /// The items of all inputs; a mask belongs to the input before it.
  private func items(of inputs: [Input], _ model: Model, _ layer: LayerReference?) throws -> [Item] {
    var items: [Item] = []
    for (index, input) in inputs.enumerated() where input.role == .explained {
      let prepared = try prepare(input, model)
      let next = inputs.dropFirst(index + 1).first
      let mask = try next.flatMap { $0.role == .mask ? $0 : nil }.map { mask in
        do {
          return try prepared.places(inside: mask.contents(takesImages: prepared.image != nil))
        } catch {
          throw Failure(error, input: mask.name)
        }
      }
      for (position, tensor) in try model.items(of: prepared.tensor, layer: layer).enumerated() {
        items.append(Item(input: input, position: position, tensor: tensor, mask: mask))
      }
    }
    return items
  }

  struct ExportSettings: Decodable {
    var path: String
    var heatmap: Bool?
    var opset: Int?
    var precision: String?
    var fast: Bool?
    var fixedBatch: Bool?
    var shape: [Int]?
    var networkOnly: Bool?
  }

  func export(
    _ settings: ExportSettings, target: String?, _ inputs: [Input]
  ) async throws -> ExportSummary {
    let asked = try asked(nil, inputs)
    let model = try asked.selecting(in: opened.model)
    var options = ExportOptions()
    options.includesHeatMap = settings.heatmap ?? false
    options.operatorSet = settings.opset ?? options.operatorSet
    options.isFast = settings.fast ?? false
    options.fixesBatch = settings.fixedBatch ?? false
    if let text = settings.precision {
      guard let precision = ExportOptions.Precision(rawValue: text) else {
        throw Failure.usage("'\(text)' is no precision; take fp32 or fp16")
      }
      options.precision = precision
    }
    if let shape = settings.shape, !shape.allSatisfy({ $0 >= 1 }) || shape.checkedElementCount == nil {
      throw Failure.usage("a shape of \(shape.text) has no elements, or too many")
    }
    guard !settings.path.isEmpty else { throw Failure.usage("the path has to name a file") }
    let checked = inputs.filter { $0.role == .explained }
    guard checked.count <= 1 else {
      throw Failure.usage("one input is compared, and \(checked.count) are given")
    }
    let prepared = try checked.first.map { try prepare($0, model) }
    let shape = settings.shape ?? prepared?.tensor.shape
    if settings.networkOnly == true {
      return ExportSummary(
        try await model.export(
          to: settings.path, inputShape: shape, options: options, executor: opened.executor),
        at: settings.path)
    }
    let explainer = try await Explainer(
      model, asked, inputShape: shape ?? model.defaultInputShape(), executor: opened.executor)
    try explainer.check(labels)
    if let target, target != "dynamic", asked.losses.isEmpty {
      options.target = try Target(parsing: target).indexed(by: labels)
    }
    let report = try await explainer.export(to: settings.path, options: options, executor: opened.executor)
    var error: Double?
    if let prepared {
      error = try await explainer.errorOfExport(
        at: settings.path, options: options, for: prepared.tensor, executor: opened.executor)
    }
    return ExportSummary(report, at: settings.path, error: error)
  }
}
