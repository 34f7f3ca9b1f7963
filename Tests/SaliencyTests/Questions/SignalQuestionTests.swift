import SaliencyCore
import SaliencyTestSupport
import Testing

@testable import Saliency

/// Maps of layers and of hidden parts for signals, volumes, tables and maps of classes, held to their formulas in double precision.
@Suite("Signals, volumes and maps of classes")
struct SignalQuestionTests {
  struct Network: Decodable, Sendable, CustomTestStringConvertible {
    struct Question: Decodable, Sendable {
      let method: String
      let expected: String
    }

    let name: String
    let target: String
    let layer: String
    let questions: [Question]

    var testDescription: String { name }

    var model: Model { get throws { try Model(contentsOf: SignalQuestionTests.path(name + ".onnx")) } }
    var input: Tensor { get throws { try Tensor(contentsOf: SignalQuestionTests.path(name + ".input.npy")) } }
  }

  private struct Index: Decodable { let fixtures: [Network] }

  private static func path(_ file: String) -> String { FixtureFolder.path + "/signals/" + file }

  static let networks: [Network] =
    (try? FixtureFolder.decoded(Index.self, from: "signals/index.json"))?.fixtures ?? []

  @Test("Maps are those of the formulas, whichever axes the places are", arguments: networks)
  func maps(_ network: Network) async throws {
    let (model, input) = (try network.model, try network.input)
    for question in network.questions {
      let asked = Question(
        try Target(parsing: network.target), method: try Method(parsing: question.method), modifier: .none)
      let explainer = try await Explainer(model, asked, inputShape: input.shape)
      if question.method.contains("-cam") {
        let layer = explainer.provenance.methodLayers.first ?? ""
        // A change of shape that changes nothing gives the same.
        #expect(layer.contains(network.layer) || layer == "/Reshape", "\(question.method): \(layer)")
      }
      let values = try await explainer.attribution(of: input).values
      let expected = try Tensor(contentsOf: Self.path(question.expected))
      #expect(values.shape == expected.shape, "\(question.method)")
      let error = relativeError(values.values, expected.values)
      #expect(error < 1e-4, "\(question.method): \(error)")
    }
  }

  @Test(
    "Each is drawn: curves over time, tables and images as images, volumes as slices", arguments: networks
  )
  func figures(_ network: Network) async throws {
    let (model, input) = (try network.model, try network.input)
    let forms: [String: Attribution.Form] = [
      "table": .image, "volume": .volume, "last-volume": .volume, "registers": .image,
      "segmenter": .image,
      "learned-segmenter": .image, "boxes": .image,
    ]
    for method in ["gradient", "grad-cam"] {
      let asked = Question(try Target(parsing: network.target), method: try Method(parsing: method))
      let attribution = try await Explainer(model, asked, inputShape: input.shape).attribution(of: input)
      let form = try attribution.form(item: 0)
      #expect(form == forms[network.name] ?? .signal)
      _ = try attribution.figure().rendered()
      _ = try attribution.panel()
    }
  }

  static let zeros: [(String, ZeroReason)] = [
    ("gradient", .shut(layers: ["shut"], areRectifiers: true)),
    ("input-x-gradient", .shut(layers: ["shut"], areRectifiers: true)),
    ("occlusion:window=2", .samples),
    ("smoothgrad:samples=3", .noSlopes(hasBaseline: false)),
    ("integrated-gradients:steps=3", .noSlopes(hasBaseline: true)),
  ]

  /// Two samples whose rectifier is shut, and a unit that is a constant.
  private static var shut: MadeModel {
    var made = MadeModel()
    made.input("x", [1, 2])
    made.weight("bias", [2], [-10, -10])
    made.weight("constant", [1, 1], [3])
    made.node("Add", ["x", "bias"], ["moved"])
    made.node("Relu", ["moved"], ["shut"])
    made.node("Concat", ["shut", "constant"], ["y"], ["axis": .integer(1)])
    made.output("y")
    return made
  }

  @Test("A zero attribution says why it is zero", arguments: zeros)
  func reasons(_ method: String, _ reason: ZeroReason) async throws {
    try await Self.shut.opened { model in
      let input = Tensor(shape: [1, 2], values: [1, 2])
      func found(_ unit: Int) async throws -> ZeroReason? {
        let explainer = try await Explainer(
          model, Question(.unit(unit), method: Method(parsing: method)), inputShape: [1, 2])
        return try await explainer.reasonForZero(of: explainer.attribution(of: input))
      }
      let (own, other) = (try await found(0), try await found(2))
      #expect(own == reason && other == .independent)
    }
  }

  @Test("A class activation map of what only lowers the score says so")
  func negativeMap() async throws {
    var made = MadeModel()
    made.input("x", [1, 1, 6])
    made.weight("kernel", [2, 1, 3], [1, 1, 1, 0, 1, 0])
    made.weight("head", [2, 1], [-1, -2])
    made.node("Conv", ["x", "kernel"], ["found"])
    made.node("Relu", ["found"], ["act"])
    made.node("GlobalAveragePool", ["act"], ["pooled"])
    made.node("Flatten", ["pooled"], ["flat"])
    made.node("MatMul", ["flat", "head"], ["y"])
    made.output("y")
    try await made.opened { model in
      let input = Tensor(shape: [1, 1, 6], values: [1, 2, 3, 4, 5, 6])
      for (method, values, reason) in [
        ("grad-cam", input.values, ZeroReason.negative(layer: "act")),
        ("grad-cam", input.values.map { -$0 }, .inactive(layer: "act")),
        ("ablation-cam", input.values, .negative(layer: "act")),
        ("ablation-cam", input.values.map { -$0 }, .inactive(layer: "act")),
        ("gradient", input.values.map { -$0 }, .shut(layers: ["act"], areRectifiers: true)),
      ] {
        let explainer = try await Explainer(
          model, Question(.unit(0), method: Method(parsing: method)), inputShape: [1, 1, 6])
        let attribution = try await explainer.attribution(of: Tensor(shape: [1, 1, 6], values: values))
        let found = try await explainer.reasonForZero(of: attribution)
        #expect(found == reason, "\(method)")
      }
      // Another input's map is not zero.
      let explainer = try await Explainer(model, Question(.unit(0), modifier: .none), inputShape: [1, 1, 6])
      let found = try await explainer.reasonForZero(of: explainer.attribution(of: input))
      #expect(found == nil)
    }
  }

  @Test("A mask that hides nothing says that the area counts for more")
  func nothingHidden() async throws {
    var made = MadeModel()
    made.input("x", [1, 1, 4, 4])
    made.node("GlobalAveragePool", ["x"], ["pooled"])
    made.node("Flatten", ["pooled"], ["flat"])
    made.node("Neg", ["flat"], ["y"])
    made.output("y")
    try await made.opened { model in
      let input = Tensor(shape: [1, 1, 4, 4], values: Array(repeating: 1, count: 16))
      let method = try Method(parsing: "meaningful-perturbation:steps=3:cells=2:baseline=zeros")
      let explainer = try await Explainer(
        model, Question(.unit(0), method: method), inputShape: [1, 1, 4, 4])
      let reason = try await explainer.reasonForZero(of: explainer.attribution(of: input))
      #expect(reason == .hiddenAreaCounts(area: 1))
    }
  }

  @Test("A gradient that is not finite is told with the layer that takes a root of 0")
  func roots() async throws {
    var made = MadeModel()
    made.input("x", [1, 3])
    made.node("Sqrt", ["x"], ["root"])
    made.node("ReduceSum", ["root"], ["y"], ["keepdims": .integer(1)])
    made.output("y")
    try await made.opened { model in
      let error = await #expect(throws: SaliencyError.self) {
        _ = try await Explainer(model, Question(modifier: .none), inputShape: [1, 3])
          .attribution(of: Tensor(shape: [1, 3], values: [1, 0, 4]))
      }
      #expect(
        error?.description.contains("'root' takes the square root of 0") == true,
        "\(error?.description ?? "")")
    }
  }

  @Test("Layers that lie nowhere over the input are refused with the names of those that do")
  func candidates() async throws {
    let network = try #require(Self.networks.first { $0.name == "boxes" })
    let (model, input) = (try network.model, try network.input)
    for layer in ["/Concat_2", "/Concat_3"] {
      let error = await #expect(throws: SaliencyError.self) {
        _ = try await Explainer(
          model, Question(.unit(5, at: .index(17)), method: Method(parsing: "grad-cam:layer=\(layer)")),
          inputShape: input.shape)
      }
      #expect(error?.description.contains("'/act/Relu'") == true, "\(error?.description ?? "")")
    }
    var head = MadeModel()
    head.input("x", [1, 1, 6])
    head.weight("kernel", [2, 1, 3], [1, 1, 1, 0, 1, 0])
    head.node("Conv", ["x", "kernel"], ["y"])
    head.output("y")
    try await head.opened { model in
      let error = await #expect(throws: SaliencyError.self) {
        _ = try await Explainer(model, method: Method(parsing: "grad-cam"), inputShape: [1, 1, 6])
      }
      #expect(
        error?.description.contains("name one with layer=, such as 'y'") == true,
        "\(error?.description ?? "")")
    }
  }
}
