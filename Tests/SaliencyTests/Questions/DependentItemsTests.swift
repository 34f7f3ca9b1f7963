import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// First axes that are no batch, and batches of which other inputs are given for all items.
@Suite("Items that depend on each other, or on what is given")
struct DependentItemsTests {
  /// Two classes of a bag of frames, which are averaged behind a nonlinearity.
  private static func bag() throws -> Model {
    var made = MadeModel()
    made.input("frames", [nil, 3, 4, 4])
    made.weight("w", [2, 3, 3, 3], (0..<54).map { index in Float(index * 31 % 17 - 8) / 10 })
    made.node("Conv", ["frames", "w"], ["conv"])
    made.node("Tanh", ["conv"], ["bent"])
    made.node("ReduceMean", ["bent"], ["mean"], ["axes": .integers([0, 2, 3]), "keepdims": .integer(0)])
    made.node("Tanh", ["mean"], ["y"])
    made.output("y")
    return try Model(bytes: made.file, name: "bag.onnx")
  }

  @Test(
    "Frames that are averaged are one item, whole",
    arguments: ["integrated-gradients:steps=32", "smoothgrad:samples=4", "occlusion:window=2:stride=2"])
  func bag(method: String) async throws {
    let values: [Float] = (0..<240).map { index in Float(index * 7_919 % 101) / 50 - 1 }
    let input = Tensor(shape: [5, 3, 4, 4], values: values)
    let question = Question(.unit(1), method: try Method(parsing: method), modifier: .none)
    let explainer = try await Explainer(Self.bag(), question, inputShape: input.shape)
    #expect(explainer.provenance.resolved.input.roles.itemAxis == nil)
    let attribution = try await explainer.attribution(of: input)
    #expect(attribution.values.shape[0] == 5)
    let checks = try await AttributionChecker(Self.bag(), question, inputShape: input.shape).checks(
      of: attribution)
    #expect(checks.allSatisfy { $0.verdict != AttributionCheck.Verdict.fails })
  }

  private static func pairs() throws -> (model: Model, images: Tensor) {
    let path = FixtureFolder.path + "/text/pairs"
    let model = try Model(contentsOf: path + ".onnx").selecting(
      input: "image", given: ["table": Tensor(contentsOf: path + ".table.npy")])
    return (model, try Tensor(contentsOf: path + ".image.npy"))
  }

  @Test("Items with as many given rows have the gradient that they have together")
  func given() async throws {
    let (model, images) = try Self.pairs()
    let attribution = try await Explainer(
      model, Question(.unit(1), modifier: .none), inputShape: images.shape
    ).attribution(of: images)
    #expect(attribution.units.count == 3)
    #expect(attribution.provenance.resolved.input.roles.letters == "NCHW")
    let expected = try Tensor(contentsOf: FixtureFolder.path + "/text/pairs.0.image.npy")
    #expect(relativeError(attribution.values.values, expected.values) < 1e-4)
  }

  @Test("Methods that run items one by one refuse what is given for all of them")
  func oneByOne() async throws {
    let (model, images) = try Self.pairs()
    let question = Question(.unit(1), method: try Method(parsing: "integrated-gradients"))
    let error = await #expect(throws: SaliencyError.self) {
      try await Explainer(model, question, inputShape: images.shape)
    }
    #expect(error?.message.contains("'table' is given for all 3 together") == true)
  }
}
