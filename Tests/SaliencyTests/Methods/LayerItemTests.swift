import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// Layers that have the items of a batch along another axis than the first.
@Suite("Layers with items along any axis")
struct LayerItemTests {
  /// Classes of series whose filters' layer 'back' has the items along its second axis.
  private static func model(_ extents: [Int?], itemAxis: Int) throws -> Model {
    var made = MadeModel()
    made.input("x", extents)
    made.weight("k", [4, 3, 3], ArrangedNetwork.numbers(36, seed: 1))
    made.weight("o", [4, 2], ArrangedNetwork.numbers(8, seed: 2))
    made.node("Transpose", ["x"], ["t"], ["perm": .integers(itemAxis == 1 ? [1, 2, 0] : [0, 2, 1])])
    made.node("Conv", ["t", "k"], ["c"], ["pads": .integers([1, 1])])
    made.node("Relu", ["c"], ["r"])
    made.node("Transpose", ["r"], ["back"], ["perm": .integers([2, 0, 1])])
    made.node("ReduceMean", ["back"], ["m"], ["axes": .integers([0]), "keepdims": .integer(0)])
    made.node("MatMul", ["m", "o"], ["y"])
    made.output("y")
    return try Model(bytes: made.file)
  }

  @Test(
    "Maps of a fixed batch are those of its items",
    arguments: ["grad-cam:layer=back", "score-cam:layer=back", "eigen-cam:layer=back", "score-cam"])
  func maps(_ method: String) async throws {
    let plain = Tensor(shape: [2, 8, 3], values: ArrangedNetwork.numbers(48, seed: 3))
    let question = Question(method: try Method(parsing: method), modifier: .none)
    let single = try await Explainer(
      Self.model([nil, 8, 3], itemAxis: 0), question, inputShape: [1, 8, 3])
    var expected: [Float] = []
    for item in plain.items(2) {
      expected += try await single.attribution(of: item, target: .unit(1)).values.values
    }
    let batch = try await Explainer(
      Self.model([8, 2, 3], itemAxis: 1), question, inputShape: [8, 2, 3])
    let arrangement = InputArrangement(itemAxis: 1)
    let found = try await batch.attribution(of: arrangement.original(plain), target: .unit(1)).values
    #expect(relativeError(arrangement.arranged(found).values, expected) < 1e-4)
  }

  @Test(
    "Methods that start at a layer say why a fixed batch along another axis cannot be asked",
    arguments: [("ablation-cam:layer=back", nil), ("integrated-gradients", "back")])
  func entering(_ method: String, _ source: String?) async throws {
    var question = Question(method: try Method(parsing: method), modifier: .none)
    question.withRespectTo = source.map { .name($0) }
    do {
      _ = try await Explainer(Self.model([8, 2, 3], itemAxis: 1), question, inputShape: [8, 2, 3])
      Issue.record("it was compiled")
    } catch {
      for words in ["2 items at once", "'back'", "first axis", "choose a layer"] {
        #expect("\(error)".contains(words), "\(error)")
      }
    }
  }
}
