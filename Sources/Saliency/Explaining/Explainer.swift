public import SaliencyCore
import SaliencyImage

/// A question about a model, compiled once and asked of many inputs.
///
/// An explainer may be used from several tasks at once; runs follow one another, each with all cores. The same input,
/// settings and machine give the same bytes.
///
/// A task that is cancelled stops with a `CancellationError`: before its turn comes, between samples, and between the parts of a large batch.
public final class Explainer: Sendable {
  /// The shape of the inputs that are explained.
  public var inputShape: Shape { form.shape }
  /// The number of units that a target may name.
  public var unitCount: Int { engine.explanation.unitCount }
  /// What every attribution of this explainer reports.
  public let provenance: Attribution.Provenance
  /// The compiled graph: of a large batch the one that runs on a few of its items, of a ``SamplingMethod`` the one that runs on the
  /// samples.
  public var plan: Plan { engine.plan }

  let form: InputForm
  let engine: any ExplanationEngine
  /// What is asked, with the modifier that is applied.
  public let question: Question
  /// The network that is asked.
  let model: Model
  let arranged: ArrangedModel
  /// The shape of the inputs with the items in front.
  private let arrangedShape: Shape
  private let executor: Executor
  private let losses: [(name: String, weight: Float, corner: (value: Float, reason: String)?)]
  /// The names of the units that the model's own file has; nil where it has none for them.
  private let fileLabels: Labels?
  /// Whether a loss, rule or modifier of the user's own has a part in the answer.
  private let usesFormulas: Bool

  /// How images become inputs.
  ///
  /// - Throws: `SaliencyError` where the model's input is no image, or a file of settings beside it is damaged.
  public var preprocessing: Preprocessing {
    get throws(SaliencyError) { try form.preprocessing.get() }
  }

  /// Compiles a question about units, which a target chooses at each run.
  ///
  /// - Parameters:
  ///   - model: the network.
  ///   - method: how the output is attributed.
  ///   - modifier: what is done to the attribution afterwards.
  ///   - layer: a layer whose units are explained instead of the network's output.
  ///   - side: which side of a final softmax or sigmoid is explained.
  ///   - withRespectTo: a layer whose activation the attribution is for instead of the input; it comes before what is explained.
  ///   - inputShape: the shape of the inputs; where nil, the one that the model fixes, with a batch of 1, and where it
  ///     fixes none the one that the preprocessing leads to.
  ///   - preprocessing: how images become inputs; where nil, what ``Model/preprocessing(overrides:origin:)`` finds.
  ///   - executor: where it runs; where nil, on ``Executor/shared``.
  /// - Throws: `ONNXError` or `KerasError` where the model cannot be imported, `SaliencyError` where the question makes no sense,
  ///   `GraphError` where a node cannot be differentiated or compiled.
  public convenience init(
    _ model: Model, method: Method = .gradient, modifier: GradientModifier = .default,
    layer: LayerReference? = nil, side: OutputSide = .score, withRespectTo: LayerReference? = nil,
    inputShape: Shape? = nil, preprocessing: Preprocessing? = nil, executor: Executor? = nil
  ) async throws {
    try await self.init(
      model,
      Question(layer: layer, side: side, withRespectTo: withRespectTo, method: method, modifier: modifier),
      inputShape: inputShape, preprocessing: preprocessing, executor: executor)
  }

  /// Compiles a question about the weighted sum of losses.
  ///
  /// - Parameters:
  ///   - model: the network.
  ///   - losses: each loss with its weight; a negative weight asks for the loss to fall.
  ///   - method: how the output is attributed.
  ///   - modifier: what is done to the attribution afterwards.
  ///   - withRespectTo: a layer whose activation the attribution is for instead of the input; every loss has to depend on it.
  ///   - inputShape: the shape of the inputs, as for questions about units.
  ///   - preprocessing: how images become inputs, as for questions about units.
  ///   - executor: where it runs; where nil, on ``Executor/shared``.
  /// - Throws: what questions about units throw, `SaliencyError` where there is no loss or a weight is not finite, and what the
  ///   losses throw.
  public convenience init(
    _ model: Model, losses: [(Loss, weight: Float)], method: Method = .gradient,
    modifier: GradientModifier = .default, withRespectTo: LayerReference? = nil,
    inputShape: Shape? = nil, preprocessing: Preprocessing? = nil, executor: Executor? = nil
  ) async throws {
    guard !losses.isEmpty else {
      throw SaliencyError(
        .invalidSetting, "no losses are given; give at least one", file: model.path)
    }
    try await self.init(
      model,
      Question(
        losses: losses.map { ($0.0, $0.weight) }, withRespectTo: withRespectTo, method: method,
        modifier: modifier),
      inputShape: inputShape, preprocessing: preprocessing, executor: executor)
  }

  /// Compiles a question.
  ///
  /// - Parameters:
  ///   - model: the network.
  ///   - question: what is asked. Its target serves where a run is given none.
  ///   - inputShape: the shape of the inputs; where nil, the one that the model fixes, with a batch of 1, and where it
  ///     fixes none the one that the preprocessing leads to.
  ///   - preprocessing: how images become inputs; where nil, what ``Model/preprocessing(overrides:origin:)`` finds beside what the
  ///     question says.
  ///   - executor: where it runs; where nil, on ``Executor/shared``.
  /// - Throws: `ONNXError` or `KerasError` where the model cannot be imported, `SaliencyError` where the question makes no sense,
  ///   `GraphError` where a node cannot be differentiated or compiled.
  public init(
    _ model: Model, _ question: Question, inputShape: Shape? = nil, preprocessing: Preprocessing? = nil,
    executor: Executor? = nil
  ) async throws {
    let model = try question.selecting(in: model)
    let (method, modifier) = (question.method, question.modifier.resolved(for: question.method))
    if let joint = model.joint { try joint.require(question, file: model.path) }
    let executor = try executor ?? .shared
    form = try InputForm(model, shape: inputShape, preprocessing: preprocessing, question.preparation)
    self.model = model
    let arranged = try ArrangedModel(model, inputShape: form.shape, layer: question.layer)
    let tokens = try arranged.tokenInput(inputShape: form.shape)
    let question = arranged.askingEmbedding(question, tokens)
    let hidden = try SaliencyError.naming(model.path) {
      try tokens?.hiddenToken(of: question.method, withRespectTo: question.withRespectTo)
    }
    var resolved = question
    resolved.modifier = modifier
    (resolved.inputs, resolved.output) = (model.explainedNames, model.selectedOutput)
    self.question = resolved
    self.arranged = arranged
    arrangedShape = arranged.arrangement.arranged(form.shape)
    let graphQuestion = question.graphQuestion
    self.executor = executor
    switch method.recipe {
    case .graph(let recipe):
      var whole = graphQuestion
      (whole.method, whole.modifier) = (recipe, modifier)
      engine = try await GraphEngine(arranged, whole, inputShape: arrangedShape, executor)
    case .sampling(let recipe):
      try arranged.requireSeparateItems(
        "method '\(method.name.printable())' runs items one by one", inputShape: arrangedShape)
      var sampling = try await SamplingEngine(
        arranged, graphQuestion, recipe, modifier, inputShape: arrangedShape, executor)
      sampling.isOverTokens = tokens != nil && recipe.samplingForm.layerSamples == .none
      sampling.joint = model.joint
      engine = sampling
    }
    losses = question.losses.map { ($0.loss.name, $0.weight, $0.loss.corner) }
    usesFormulas = !losses.isEmpty || method.isCustom || modifier.origin == .custom
    let explanation = engine.explanation
    let explained = explanation.explained
    fileLabels =
      explained.areClasses
      ? model.fileLabels(forUnits: explanation.unitCount, of: explained, explanation.detector) : nil
    provenance = Attribution.Provenance(
      model: model, question: resolved, input: explanation.inputLabel, layout: arranged.layout,
      resolved: ResolvedQuestion(
        resolved, arranged, explanation, tokens, hiddenToken: hidden, inputShape: form.shape),
      withRespectTo: explanation.attributionTarget.layer,
      arrangedChannelAxis: explanation.attributionTarget.arrangedChannelAxis,
      layer: explained.layer, isOutput: explained.isOutput, side: explained.side,
      finalActivation: explained.finalActivation, isActivationAdded: explained.isActivationAdded,
      unitAxis: explained.unitAxis, method: method.name,
      methodOptions: method.options(resolving: engine.methodLayers),
      methodLayers: engine.methodLayers.map(\.name), modifier: modifier.name,
      precision: executor.precision, guarantee: method.body.guarantee,
      isModified: modifier.origin != .identity,
      isSigned: modifier.isSigned,
      overriddenLayers: explanation.overriddenLayers, keptActivations: explanation.keptActivations)
  }

  /// What the graph is asked, before a method.
  var graphQuestion: ExplanationGraph.Question { question.graphQuestion }

  /// How the output's boxes are read; nil where no boxes are asked about.
  public var detector: Detector? { engine.explanation.detector }

  /// The same question with another target, where that is of boxes and this explainer of units, or the other way round; nil where this one
  /// can answer.
  func explainer(for target: Target?) async throws -> Explainer? {
    guard let target, !answers(target) else { return nil }
    var question = question
    question.target = target
    return try await Explainer(
      model, question, inputShape: inputShape, preprocessing: try? preprocessing, executor: executor)
  }

  /// Whether a target is of what this explainer is about, units or boxes.
  func answers(_ target: Target) -> Bool {
    !losses.isEmpty || target.isOfBest || target.isOfBoxes == (detector != nil)
  }

  /// Explains units one by one for a tensor that was made of an image.
  package func attributions(
    of input: Tensor, image: Image?, eachOf target: Target, labels: Labels?,
    progress: SamplingProgress.Handler? = nil
  ) async throws -> [Attribution] {
    guard losses.isEmpty else { throw targetBesideLosses }
    if let other = try await explainer(for: target) {
      return try await other.attributions(
        of: input, image: image, eachOf: target, labels: labels, progress: progress)
    }
    let counter = counter(progress)
    let target = try target.readingMasks()
    let (first, scores) = try await explain(input, image, labels, counter) {
      let parts = try self.parts(of: target, $0, $1, labels: labels)
      counter?.expect(unitCount: parts.count)
      return Array(parts.prefix(1))
    }
    let parts = try scores.enumerated().map { try self.parts(of: target, $0, $1, labels: labels) }
    guard parts.allSatisfy({ $0.count == parts[0].count }) else {
      throw SaliencyError(
        .unknownTarget,
        "the target '\(target)' means more units for one item of the batch than for another; explain the items one by one",
        file: provenance.model.path)
    }
    var attributions = [first]
    for position in parts[0].indices.dropFirst() {
      attributions.append(
        try await explain(input, image, labels, counter) { item, _ in [parts[item][position]] }
          .attribution)
    }
    // Items may have different units at one position; then no target means all of them.
    for position in attributions.indices {
      let chosen = Set(parts.map { $0[position] })
      attributions[position].provenance.question.target =
        chosen.count == 1 ? target.part(of: chosen.first!) : nil
    }
    return attributions
  }

  /// Explains a target for a tensor that was made of an image.
  package func attribution(
    of input: Tensor, image: Image?, target: Target?, labels: Labels?,
    progress: SamplingProgress.Handler? = nil
  ) async throws -> Attribution {
    guard target == nil || losses.isEmpty else { throw targetBesideLosses }
    let target = target ?? question.target ?? .top
    if let other = try await explainer(for: target) {
      return try await other.attribution(
        of: input, image: image, target: target, labels: labels, progress: progress)
    }
    let readable = try target.readingMasks()
    var attribution = try await explain(input, image, labels, counter(progress)) {
      try self.parts(of: readable, $0, $1, labels: labels)
    }.attribution
    if losses.isEmpty {
      attribution.provenance.question.target = detector != nil && target == .top ? .box(0) : target
    }
    return attribution
  }

  /// Explains what was chosen, a list for each item of the batch.
  func attribution(of input: Tensor, eachItem parts: [[ExplainedPart]]) async throws -> Attribution {
    try await explain(input, nil, nil, nil) { item, _ in parts[item] }.attribution
  }

  /// Explains for each item of a batch a target of its own.
  ///
  /// - Parameters:
  ///   - input: a tensor of ``inputShape``.
  ///   - targets: what is explained, for each item.
  ///   - labels: the names of the network's classes.
  /// - Throws: what ``attribution(of:target:labels:progress:)-(Tensor,_,_,_)`` throws, and `SaliencyError` where there are not as many
  ///   targets as items, or one of them is a detector's box.
  public func attribution(
    of input: Tensor, eachOf targets: [Target], labels: Labels? = nil
  ) async throws -> Attribution {
    guard losses.isEmpty else { throw targetBesideLosses }
    guard targets.count == itemCount, targets.allSatisfy(answers) else {
      throw SaliencyError(
        .invalidSetting,
        "\(targets.count) targets are given for \(itemCount) items; give one for each, and boxes only of a detector",
        file: provenance.model.path)
    }
    let readable = try targets.map { try $0.readingMasks() }
    return try await explain(input, nil, labels, nil) {
      try self.parts(of: readable[$0], $0, $1, labels: labels)
    }.attribution
  }

  /// The names of the classes: those that are given, else those in the model's own file; nil where there are none, or no classes are
  /// explained.
  public func labels(_ given: Labels? = nil) -> Labels? {
    guard areClasses else { return nil }
    return (given ?? fileLabels)?.fitting(engine.explanation.explained, unitCount)
  }

  private var itemCount: Int { arrangedShape[0] }

  private func counter(_ progress: SamplingProgress.Handler?) -> SampleCounter? {
    progress.map { SampleCounter(itemCount: itemCount, $0) }
  }

  /// Checks that labels name the network's classes, where those are explained: each of them, or of raw numbers of a detector's candidates those behind
  /// the box's.
  ///
  /// - Throws: `SaliencyError` with the two numbers.
  public func check(_ labels: Labels?) throws(SaliencyError) {
    guard losses.isEmpty else { return }
    try labels?.check(engine.explanation.explained, unitCount, detector: detector)
  }

  /// Whether units are the network's classes, which labels name.
  private var areClasses: Bool { engine.explanation.explained.areClasses }

  /// What a target means; labels name classes, and no filters of a layer in the network's middle.
  private func parts(
    of target: Target, _ item: Int, _ values: ExplainedValues, labels: Labels?
  ) throws(SaliencyError) -> [ExplainedPart] {
    if let detector { return try target.boxes(in: values, of: detector, side: question.side) }
    if !areClasses, let name = target.firstName {
      throw SaliencyError(
        .unknownTarget,
        "'\(name.printable())' is no index; names are those of the network's classes, and units of layer "
          + "'\(provenance.layer.printable())' are chosen by their indices")
    }
    return try target.weights(of: item, for: engine.explanation.explained).chosen(
      from: values, labels: (labels ?? fileLabels)?.fitting(engine.explanation.explained, unitCount),
      winsPlaces: engine.explanation.explained.isOutput)
  }

  /// Why a loss has no derivative where it is; nil where it has one.
  private func corner(of values: [Attribution.LossValue]) -> String? {
    zip(losses, values).lazy.compactMap { loss, value in
      loss.corner.flatMap { value.values.contains($0.value) ? $0.reason : nil }
    }.first
  }

  /// What an engine gives, with the items in front: those of the input are there, and those of a layer where the network has them.
  func arrangedValues(_ attribution: Tensor) -> Tensor {
    provenance.withRespectTo == nil ? attribution : provenance.valueArrangement.arranged(attribution)
  }

  private var targetBesideLosses: SaliencyError {
    SaliencyError(
      .invalidSetting, "losses are explained, which say themselves what is meant; give no target",
      file: provenance.model.path)
  }

  /// Runs the plan.
  ///
  /// - Parameter choose: the units that are explained, of an item of the batch and its scores.
  private func explain(
    _ input: Tensor, _ image: Image?, _ labels: Labels?, _ counter: SampleCounter?,
    choosing choose: @escaping TargetChoice
  ) async throws -> (attribution: Attribution, scores: [ExplainedValues]) {
    guard input.shape == inputShape else {
      throw GraphError(
        .inputMismatch,
        "input '\(provenance.input)' takes a tensor of \(inputShape.text), not \(input.shape.text)")
    }
    try input.requireFiniteInput()
    let input = arranged.arrangement.arranged(input)
    try SaliencyError.naming(provenance.model.path) { try provenance.resolved.tokens?.require(input) }
    var labels = areClasses ? labels ?? fileLabels : nil
    if detector == nil { labels = labels?.fitting(engine.explanation.explained, unitCount) }
    return try await SaliencyError.naming(provenance.model.path) { [labels] in
      let answer = try await engine.answer(to: input, counter, choosing: choose)
      let losses = try zip(losses, answer.losses).map { loss, values in
        try values.requireFiniteResult(
          "loss '\(loss.name.printable())'", advice: "its formula has no finite value for this input")
        return Attribution.LossValue(name: loss.name, weight: loss.weight, values: values.values)
      }
      if answer.attribution.firstNonFiniteIndex != nil {
        var reason = corner(of: losses)
        if reason == nil { reason = try? await singularity(for: input, choosing: choose) }
        if let reason { throw SaliencyError(.nonFinite, "the attribution is not finite: \(reason)") }
      }
      try answer.attribution.requireFiniteResult(
        "the attribution",
        advice: "check that the input is scaled as the network expects it"
          + (usesFormulas ? ", and that the derivatives of your formulas are finite there" : ""))
      let scores = answer.scores ?? []
      var provenance = provenance
      let reportsProbabilities = engine.explanation.explained.reportsProbabilities(
        of: unitCount, labels: labels, addsSoftmax: question.addsSoftmax)
      if !reportsProbabilities {
        provenance.finalActivation =
          engine.explanation.explained.isBeforeArgMax ? ExplainedUnits.Explained.argMax : nil
        provenance.isActivationAdded = false
      }
      let probabilities = reportsProbabilities ? answer.probabilities : nil
      let units = try scores.enumerated().map { item, values in
        try choose(item, values).map {
          Attribution.Unit(
            $0,
            name: $0.box.map { detector?.channels.name(of: $0.detection.classIndex, labels) }
              ?? labels?.name(of: $0.unit), scores: values, probabilities: probabilities?[item])
        }
      }
      var attribution = Attribution(
        arrangedValues: arrangedValues(answer.attribution),
        units: units.isEmpty ? Array(repeating: [], count: itemCount) : units, losses: losses,
        arrangedInput: input, image: image, provenance: provenance)
      if let detector { attribution.detections = scores.map(detector.detections) }
      return (attribution, scores)
    }
  }
}
