public import SaliencyCore
public import SaliencyImage

/// A method's explanations of a model, held against metrics.
///
/// Compiled once, and asked for as many inputs as there are. The same inputs, settings and machine give the same numbers.
public final class Evaluator: Sendable {
  /// What was found out about the explanation of one input.
  public struct Evaluation: Sendable {
    /// The explained units.
    public let units: [Attribution.Unit]
    /// What each of the metrics gives, in their order; nil where it has no number, as for want of a mask.
    public let values: [MetricValue?]
  }

  /// The shape of the inputs: one item, with all axes that the model has. Where the model takes several items and no other number, it is given
  /// as many copies.
  public var inputShape: Shape { items.inputShape }
  /// How images become inputs.
  ///
  /// - Throws: `SaliencyError` where the model's input is no image.
  public var preprocessing: Preprocessing {
    get throws(SaliencyError) { try items.explainer.preprocessing }
  }
  /// The places of the inputs.
  public let places: InputPlaces

  private let items: ItemExplainer
  private let question: Question
  private let forward: ForwardNetwork

  /// Compiles a question, and the network's forward pass for many inputs at once.
  ///
  /// - Parameters:
  ///   - model: the network.
  ///   - question: what is asked; explanations are evaluated before its modifier. Its target serves where an evaluation is given none.
  ///   - inputShape: the shape of the inputs, one item; where nil, the one that the model fixes or its preprocessing leads to.
  ///   - preprocessing: how images become inputs; where nil, what ``Model/preprocessing(overrides:origin:)`` finds.
  ///   - executor: where it runs; where nil, on ``Executor/shared``.
  /// - Throws: what ``Explainer`` throws, and `SaliencyError` where the shape is of several items, losses are explained, or the model takes
  ///   several items that may depend on each other.
  public init(
    _ model: Model, _ question: Question, inputShape: Shape? = nil, preprocessing: Preprocessing? = nil,
    executor: Executor? = nil
  ) async throws {
    guard question.losses.isEmpty else {
      throw SaliencyError(
        .invalidSetting, "explanations of losses cannot be evaluated; ask for units", file: model.path)
    }
    let executor = try executor ?? .shared
    var question = question
    question.modifier = .none
    self.question = question
    let selected = try question.selecting(in: model)
    let explainer = try await Explainer(
      model, question, inputShape: inputShape.map { try selected.fillingItems(of: $0) },
      preprocessing: preprocessing, executor: executor)
    items = try ItemExplainer(explainer)
    if let inputShape, inputShape != items.inputShape, inputShape != explainer.inputShape {
      throw SaliencyError(
        .invalidInput,
        "an item of the input has the shape \(items.inputShape.text), not \(inputShape.text)",
        file: model.path)
    }
    forward = try await ForwardNetwork(
      explainer.arranged, explainer.graphQuestion, inputShape: items.arrangedShape, executor: executor)
    places = InputPlaces(of: items.arrangedShape, channelAxis: forward.explanation.inputChannelAxis)
  }

  /// Checks that labels name the network's classes; see ``Explainer/check(_:)``.
  public func check(_ labels: Labels?) throws(SaliencyError) { try items.explainer.check(labels) }

  /// Compiles a question about units, which a target chooses at each evaluation; the parameters are those of ``Question``.
  public convenience init(
    _ model: Model, method: Method, layer: LayerReference? = nil, side: OutputSide = .score,
    inputShape: Shape? = nil, preprocessing: Preprocessing? = nil, executor: Executor? = nil
  ) async throws {
    try await self.init(
      model, Question(layer: layer, side: side, method: method), inputShape: inputShape,
      preprocessing: preprocessing, executor: executor)
  }

  /// Evaluates the explanation of an image.
  ///
  /// - Parameters:
  ///   - image: an image of any size.
  ///   - mask: an image of the image's size, or of the network's, white where the explained thing is; nil where nobody says.
  ///   - target: the units that are explained; the question's, or the best one, where nil.
  ///   - labels: the names of the network's classes.
  ///   - metrics: what is asked.
  /// - Throws: what ``evaluation(of:mask:target:labels:metrics:)-(Tensor,_,_,_,_)`` throws, and `SaliencyError` where the mask has another
  ///   size.
  public func evaluation(
    of image: Image, mask: Image? = nil, target: Target? = nil, labels: Labels? = nil,
    metrics: [any ExplanationMetric]
  ) async throws -> Evaluation {
    let preprocessing = try preprocessing
    return try await evaluation(
      of: try preprocessing.tensor(of: image),
      mask: try mask.map { try preprocessing.placesInside($0, of: image) },
      target: target, labels: labels, metrics: metrics)
  }

  /// Evaluates the explanation of a tensor.
  ///
  /// - Parameters:
  ///   - input: a tensor of ``inputShape``.
  ///   - mask: for each of the ``places`` whether the explained thing is there; nil where nobody says.
  ///   - target: the units that are explained, the question's or the best one where nil; boxes of a detector only where the question's target is of
  ///     boxes, and units only where it is not. They stay the same for everything that the metrics try.
  ///   - labels: the names of the network's classes.
  ///   - metrics: what is asked.
  /// - Throws: what an ``Explainer`` throws; `SaliencyError` where the mask does not fit or a metric is not for such inputs.
  public func evaluation(
    of input: Tensor, mask: [Bool]? = nil, target: Target? = nil, labels: Labels? = nil,
    metrics: [any ExplanationMetric]
  ) async throws -> Evaluation {
    if let mask, mask.count != places.count || !mask.contains(true) {
      throw SaliencyError(
        .invalidInput,
        mask.count == places.count
          ? "the mask has nothing inside it; it has to be white, or not 0, where the explained thing is"
          : "the mask has \(mask.count) places, but the input \(places.count)")
    }
    let provenance = items.explainer.provenance
    guard input.shape == inputShape else {
      throw GraphError(
        .inputMismatch,
        "input '\(provenance.input)' takes a tensor of \(inputShape.text), not \(input.shape.text)")
    }
    let tokens = provenance.resolved.tokens
    if tokens != nil, let metric = metrics.first(where: { !$0.fitsTokens }) {
      throw SaliencyError(
        .invalidSetting,
        "metric '\(metric.name)' makes numbers between those of the input, and input '\(provenance.input.printable())' holds numbers of "
          + "tokens, between which is nothing; take one that replaces them by the number of a token, as deletion:baseline=0 does"
      )
    }
    let item = items.explainer.arranged.arrangement.arranged(input)
    let attribution = try await items.attribution(of: item, target: target, labels: labels)
    let units = attribution.units
    let source = ExplanationSource(
      items: items, question: question, executor: forward.executor, target: .chosen(units.map(\.part)))
    let explanation = EvaluatedExplanation(
      input: item, attribution: attribution.values,
      importance: try await source.importance(of: attribution), places: places, mask: mask,
      isPerUnit: question.method.body.isPerUnit, channelAxis: forward.explanation.inputChannelAxis,
      attributionPlaces: InputPlaces(of: attribution.values.shape, channelAxis: attribution.channelAxis),
      tokens: tokens, network: forward.sampler(of: item, parts: units.map(\.part)), source: source)
    guard explanation.importance.count == places.count else {
      throw SaliencyError(
        .invalidSetting,
        "method '\(question.method.name.printable())' gives an attribution of \(attribution.values.shape.text) for an input of "
          + "\(input.shape.text); metrics need one of the input's extents")
    }
    var values: [MetricValue?] = []
    for metric in metrics {
      values.append(try await metric.value(of: explanation))
    }
    return Evaluation(units: units, values: values)
  }
}

/// A question's forward pass, compiled for as many inputs at once as the network lets through.
struct ForwardNetwork: Sendable {
  let executor: Executor
  private let network: SampledNetwork
  var explanation: ExplanationGraph { network.explanation }

  init(
    _ model: ArrangedModel, _ question: ExplanationGraph.Question, inputShape: Shape, executor: Executor
  ) async throws {
    var question = question
    question.attributionTarget = nil
    network = try await SampledNetwork.compiled(
      model, question, inputShape: inputShape, entries: [nil],
      atMost: BatchedPlan.defaultPartCount, executor
    )[0]
    self.executor = executor
  }

  func sampler(of input: Tensor, parts: [ExplainedPart]) -> NetworkSampler {
    NetworkSampler(
      channelAxis: explanation.inputChannelAxis, activations: [], network: network, tails: [],
      executor: executor, input: input, parts: parts)
  }
}
