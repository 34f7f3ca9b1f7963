import Saliency
import SaliencyCore
import Testing

/// A question about a network of `Tests/Fixtures/questions`, which `Scripts/fixtures/questions.py` writes down, and its
/// answer, worked out by hand.
struct HandQuestion: Sendable, CustomTestStringConvertible {
  enum Subject: Sendable {
    case units(Target, of: LayerReference? = nil, side: OutputSide = .score)
    case losses([(Loss, weight: Float)])
  }

  let sentence: String
  let model: String
  let input: Tensor
  let subject: Subject
  let method: Saliency.Method
  let modifier: GradientModifier
  let source: LayerReference?
  let expected: [Float]

  /// A question about units.
  ///
  /// - Parameters:
  ///   - input: the numbers, one item unless there is a shape.
  ///   - expected: the numbers of the attribution.
  init(
    _ sentence: String, _ model: String, _ input: [Float], shape: Shape? = nil, _ subject: Subject,
    _ method: Saliency.Method = .gradient, modifier: GradientModifier = .none,
    withRespectTo source: LayerReference? = nil, gives expected: [Float]
  ) {
    self.sentence = sentence
    self.model = model
    self.input = Tensor(shape: shape ?? [1, input.count], values: input)
    self.subject = subject
    self.method = method
    self.modifier = modifier
    self.source = source
    self.expected = expected
  }

  /// A question about losses.
  init(
    _ sentence: String, _ model: String, _ input: [Float], shape: Shape? = nil,
    losses: [(Loss, weight: Float)], _ method: Saliency.Method = .gradient,
    modifier: GradientModifier = .none, withRespectTo source: LayerReference? = nil, gives expected: [Float]
  ) {
    self.init(
      sentence, model, input, shape: shape, .losses(losses), method, modifier: modifier,
      withRespectTo: source, gives: expected)
  }

  var testDescription: String { sentence }

  static func network(_ name: String) throws -> Model {
    try Model(contentsOf: FixtureFolder.path + "/questions/\(name).onnx")
  }

  /// The answer that the package gives.
  func answer() async throws -> Attribution {
    let model = try Self.network(model)
    switch subject {
    case .units(let target, let layer, let side):
      let explainer = try await Explainer(
        model, method: method, modifier: modifier, layer: layer, side: side, withRespectTo: source,
        inputShape: input.shape)
      return try await explainer.attribution(of: input, target: target)
    case .losses(let losses):
      let explainer = try await Explainer(
        model, losses: losses, method: method, modifier: modifier, withRespectTo: source,
        inputShape: input.shape)
      return try await explainer.attribution(of: input)
    }
  }

  /// Compares the answer with what it must be.
  func check() async throws {
    let values = try await answer().values.values
    try #require(values.count == expected.count)
    for (value, number) in zip(values, expected) {
      #expect(abs(value - number) <= 1e-5 * max(1, abs(number)), "\(values) instead of \(expected)")
    }
  }
}
