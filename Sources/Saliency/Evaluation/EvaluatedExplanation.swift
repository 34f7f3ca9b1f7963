public import SaliencyCore

/// An explanation of one input, with the network that it is about: what an ``ExplanationMetric`` is given.
public struct EvaluatedExplanation: Sendable {
  /// The input: one item, with a batch of 1.
  public let input: Tensor
  /// The attribution as the method gives it, before any modifier: of the input's shape, of that shape with one channel, or where the input's
  /// numbers pick rows of an embedding of such a row for each, 1×tokens×numbers.
  public let attribution: Tensor
  /// How much each place matters, by which places are ranked: the attribution after the modifier that is usual for the method, of
  /// unsigned values the largest of the channels, of signed ones their sum.
  public let importance: [Float]
  /// The places of the input.
  public let places: InputPlaces
  /// For each place whether it belongs to what is explained; nil where nobody says.
  public let mask: [Bool]?
  /// Whether the attribution is per unit of the input, as a derivative is, and not a share of the score.
  public let isPerUnit: Bool
  /// The axis of the input along which channels lie; nil where there are none.
  public let channelAxis: Int?
  /// The places of the attribution.
  let attributionPlaces: InputPlaces
  /// What the input's numbers pick, where they are those of tokens; nil elsewhere.
  let tokens: TokenInput?
  let network: NetworkSampler
  let source: ExplanationSource

  /// What the network says about an input.
  public struct Score: Sendable, Hashable {
    /// What is explained.
    public let explained: Float
    /// The probability of the explained units; nil where there is none.
    public let probability: Float?

    /// The probability, or where there is none what is explained.
    public var confidence: Double { Double(probability ?? explained) }
  }

  /// Runs the network forward on inputs, some at a time.
  ///
  /// - Parameters:
  ///   - count: the number of inputs.
  ///   - values: makes the elements of the input at a position, in the order of ``input``; called in order.
  public func scores(count: Int, of values: (Int) throws -> [Float]) async throws -> [Score] {
    var scores: [Score] = []
    try await network.run(count: count) {
      Tensor(shape: input.shape, values: try values($0))
    } _: {
      scores.append(Score(explained: $0.score, probability: $0.probability))
    }
    return scores
  }

  /// The attribution of the same units for another input.
  public func attribution(of values: [Float]) async throws -> Tensor {
    try await source.attribution(of: Tensor(shape: input.shape, values: values))
  }

  /// The elements of a baseline for the input.
  ///
  /// - Throws: `SaliencyError` where a given tensor has another shape, or the input's numbers are those of tokens and the baseline's none.
  public func baseline(_ baseline: Baseline) throws -> [Float] {
    let tensor = try baseline.tensor(for: input, channelAxis: channelAxis)
    try tokens?.require(tensor)
    return tensor.values
  }

  /// Whether attributions are known as shares of the score: not of rows of an embedding that are derivatives, since what a baseline has in
  /// their place is not.
  public var hasContributions: Bool { !isPerUnit || tokens == nil }

  /// The attribution of each place as a share of the score: the sum over channels, of attributions per unit times the way from a
  /// baseline.
  ///
  /// - Precondition: ``hasContributions``
  public func contributions(from baseline: [Float]) -> [Double] {
    precondition(
      hasContributions, "`hasContributions` must be true: derivatives of rows that tokens pick are no shares")
    let values = attribution.values
    guard isPerUnit else { return attributionPlaces.sums(values) }
    let numbers = input.values
    return places.sums(
      values.count == numbers.count
        ? numbers.indices.map { values[$0] * (numbers[$0] - baseline[$0]) }
        : numbers.indices.map { values[places.place(ofElement: $0)] * (numbers[$0] - baseline[$0]) })
  }

  /// The places, those that matter most first; of equal ones the first.
  public func ranking() -> [Int] {
    places.count == 0
      ? [] : importance.indices.sorted { (-importance[$0], $0) < (-importance[$1], $1) }
  }
}

/// Makes the explanations that an ``Evaluator`` checks, always of the same units.
struct ExplanationSource: Sendable {
  let items: ItemExplainer
  /// What is asked, without a modifier.
  let question: Question
  let executor: Executor
  let target: Target

  /// The attribution before any modifier.
  func attribution(of input: Tensor) async throws -> Tensor {
    try await items.attribution(of: input, target: target).values
  }

  /// How much each place matters, from an attribution before any modifier.
  func importance(of attribution: ItemExplainer.ItemAttribution) async throws -> [Float] {
    let modifier = question.method.defaultModifier
    let values = try await modifier.applied(to: attribution.values, executor).values
    let places = InputPlaces(of: attribution.values.shape, channelAxis: attribution.channelAxis)
    return modifier.isSigned ? places.sums(values).map { Float($0) } : places.maxima(values)
  }

  /// How much each place matters to another model of the same shapes.
  func importance(of input: Tensor, in model: Model) async throws -> [Float] {
    let explainer = try await Explainer(
      model, question, inputShape: items.explainer.inputShape, executor: executor)
    return try await importance(of: ItemExplainer(explainer).attribution(of: input, target: target))
  }
}
