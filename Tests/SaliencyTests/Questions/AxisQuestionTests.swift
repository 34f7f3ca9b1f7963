import FoundationEssentials
@testable import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// Questions about networks whose axes stand for other things than an image classifier's, held to automatic differentiation in double
/// precision.
@Suite("Axes and places")
struct AxisQuestionTests {
  struct Network: Decodable, Sendable, CustomTestStringConvertible {
    struct Question: Decodable, Sendable {
      let target: String?
      let layout: [String: String]?
      let method: String?
      let similarity: String?
      let value: Double?
      let expected: String
    }

    let name: String
    let questions: [Question]

    var testDescription: String { name }

    var model: Model { get throws { try Model(contentsOf: AxisQuestionTests.path(name + ".onnx")) } }
    var input: Tensor { get throws { try Tensor(contentsOf: AxisQuestionTests.path(name + ".input.npy")) } }
  }

  private struct Index: Decodable { let fixtures: [Network] }

  private static func path(_ file: String) -> String { FixtureFolder.path + "/axes/" + file }

  static let networks: [Network] =
    (try? FixtureFolder.decoded(Index.self, from: "axes/index.json"))?.fixtures ?? []

  /// Networks that are asked for units at places.
  static let asked = networks.filter { $0.questions.contains { $0.target != nil && $0.method == nil } }

  /// The masks that targets name lie among the fixtures.
  private static func target(_ text: String) throws -> Target {
    try Target(parsing: text.replacing("@mask", with: "@" + path("mask")))
  }

  @Test("What is asked is what is differentiated", arguments: asked)
  func gradients(_ network: Network) async throws {
    let input = try network.input
    for question in network.questions {
      var asked = Question(try Self.target(question.target!), modifier: .none)
      asked.layouts = try (question.layout ?? [:]).mapValues { try AxisRole.roles(parsing: $0) }
      let attribution = try await Explainer(network.model, asked, inputShape: input.shape)
        .attribution(of: input)
      let expected = try Tensor(contentsOf: Self.path(question.expected))
      #expect(attribution.values.shape == expected.shape)
      let error = relativeError(attribution.values.values, expected.values)
      #expect(error < 1e-5, "\(question.target!) \(question.layout ?? [:]): \(error)")
    }
  }

  @Test("Paths add up and checks say so, whichever axis is the batch's", arguments: asked)
  func sums(_ network: Network) async throws {
    let input = try network.input
    let target = try Self.target(network.questions[0].target!)
    for method in ["gradient", "integrated-gradients:steps=1000"] {
      let question = Question(target, method: try Method(parsing: method), modifier: .none)
      let model = try network.model
      let attribution = try await Explainer(model, question, inputShape: input.shape)
        .attribution(of: input)
      let checks = try await AttributionChecker(model, question, inputShape: input.shape)
        .checks(of: attribution)
      #expect(checks.count == attribution.units.count)
      for check in checks { #expect(check.verdict == .holds, "\(method): \(check.text)") }
    }
  }

  @Test(
    "Methods of many samples give finite numbers that differ from place to place",
    arguments: asked, ["smoothgrad:samples=6", "occlusion", "lime:samples=40", "kernel-shap:samples=40"])
  func samples(_ network: Network, _ method: String) async throws {
    let input = try network.input
    let question = Question(
      try Self.target(network.questions[0].target!), method: try Method(parsing: method), modifier: .none)
    let values = try await Explainer(network.model, question, inputShape: input.shape)
      .attribution(of: input).values
    #expect(values.values.allSatisfy { $0.isFinite })
    #expect(Set(values.values).count > 1)
  }

  @Test("Numbers of tokens are asked of the rows of the embedding that they pick, whose baseline is zeros")
  func embeddings() async throws {
    let network = try #require(Self.networks.first { $0.name == "tokens" })
    let (model, input) = (try network.model, try network.input)
    for question in network.questions {
      let method = try Method(parsing: question.method!)
      let attribution = try await Explainer(
        model, Question(try Self.target(question.target!), method: method, modifier: .none),
        inputShape: input.shape
      ).attribution(of: input)
      let expected = try Tensor(contentsOf: Self.path(question.expected))
      #expect(attribution.values.shape == expected.shape)
      #expect(relativeError(attribution.values.values, expected.values) < 1e-5, "\(question.method!)")
      #expect(attribution.provenance.resolved.isForEmbedding)
    }
    let deepLIFT = try await Explainer(
      model, Question(.unit(1), method: Method(parsing: "deeplift"), modifier: .none), inputShape: input.shape
    ).attribution(of: input)
    #expect(deepLIFT.values.values.allSatisfy { $0.isFinite })
    // Tokens 4 and 5 of the first text are none.
    #expect(deepLIFT.values.values[24..<36].allSatisfy { $0 == 0 })
  }

  @Test("Masks, segments and positions that nobody gives are taken for granted, and told")
  func assumedInputs() async throws {
    var made = MadeModel()
    made.input("input_ids", [nil, nil], .int64)
    made.input("attention_mask", [nil, nil], .int64)
    made.input("token_type_ids", [nil, nil], .int64)
    made.input("position_ids", [1, nil], .int64)
    made.weight("table", [9, 2], (0..<18).map(Float.init))
    made.node("Gather", ["table", "input_ids"], ["rows"])
    for name in ["attention_mask", "token_type_ids", "position_ids"] {
      made.node("Cast", [name], [name + "_f"], ["to": .integer(1)])
    }
    made.node("Add", ["attention_mask_f", "token_type_ids_f"], ["sum"])
    made.node("Add", ["sum", "position_ids_f"], ["factors"])
    made.integers("axes", [1], [2])
    made.node("Unsqueeze", ["factors", "axes"], ["column"])
    made.node("Mul", ["rows", "column"], ["weighted"])
    made.node("ReduceSum", ["weighted"], ["y"], ["keepdims": .integer(0)])
    made.output("y")
    try await made.opened { model in
      #expect(try model.explainedInput().name == "input_ids")
      #expect(model.assumptions.count == 3)
      #expect(
        model.assumptions[0]
          == "input 'attention_mask' is not given, and taken to hold ones, so that every token counts")
      let attribution = try await Explainer(model, Question(modifier: .none), inputShape: [1, 3])
        .attribution(of: Tensor(shape: [1, 3], values: [4, 0, 8]))
      // 1 of the mask, 0 of the segment, and the position.
      #expect(attribution.values.values == [1, 1, 2, 2, 3, 3])
    }
  }

  @Test("Exported models explain places, too", arguments: ["2@4x5", "1@mask.npy", "0"])
  func exports(_ target: String) async throws {
    let network = try #require(Self.networks.first { $0.name == "segmentation" })
    let (model, input) = (try network.model, try network.input)
    let explainer = try await Explainer(model, Question(modifier: .none), inputShape: input.shape)
    try await withTemporaryFolder { folder in
      var options = ExportOptions()
      options.target = try Self.target(target)
      _ = try await explainer.export(to: folder + "/explained.onnx", options: options)
      let error = try await explainer.errorOfExport(
        at: folder + "/explained.onnx", options: options, for: input)
      #expect(error < 1e-5)
    }
  }

  @Test("A file of settings beside the model says axes, and the user before it")
  func layoutFile() throws {
    let network = try #require(Self.networks.first { $0.name == "said" })
    let input = try network.input
    try withTemporaryFile(#"{"layout": {"output": "N-C"}}"#, besideCopyOf: Self.path("said.onnx")) { path in
      var model = try Model(contentsOf: path)
      let read = try model.roles(inputShape: input.shape).outputs[0]
      #expect(read.letters == "N-C" && read.origin == .file)
      model.layouts = try AxisRole.layouts(parsing: ["output=NTC"])
      let said = try model.roles(inputShape: input.shape).outputs[0]
      #expect(said.letters == "NTC" && said.origin == .said)
    }
    try withTemporaryFile(#"{"layout": {"output": 3}}"#, besideCopyOf: Self.path("said.onnx")) { path in
      #expect(throws: SaliencyError.self) { try Model(contentsOf: path).roles(inputShape: input.shape) }
    }
  }

  /// Calls `body` with the path of a copy of a model, beside which settings lie.
  private func withTemporaryFile(
    _ settings: String, besideCopyOf model: String, _ body: (String) throws -> Void
  ) throws {
    let folder =
      FileManager.default.temporaryDirectory.path + "/saliency-layout-\(UInt64.random(in: 0...(.max)))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.copyItem(atPath: model, toPath: folder + "/model.onnx")
    try Data(settings.utf8).write(to: URL(filePath: folder + "/model.onnx.saliency.json"))
    try body(folder + "/model.onnx")
  }

  @Test("How alike two outputs are, by every measure")
  func similarity() async throws {
    let network = try #require(Self.networks.first { $0.name == "embedding" })
    let (model, input) = (try network.model, try network.input)
    let other = try Tensor(contentsOf: Self.path("embedding.reference.npy"))
    for question in network.questions {
      let measure = try #require(Similarity(rawValue: question.similarity!))
      let loss = try await model.similarity(to: other, measure: measure)
      let attribution = try await Explainer(
        model, Question(losses: [(loss, 1)], modifier: .none), inputShape: input.shape
      ).attribution(of: input)
      let expected = try Tensor(contentsOf: Self.path(question.expected)).values
      #expect(relativeError(attribution.values.values, expected) < 1e-5)
      #expect(abs(Double(attribution.losses[0].values[0]) - question.value!) < 1e-5)
    }
  }

  /// What is found of axes: the network, and the letters of its input and its output.
  static let layouts: [(network: String, input: String, output: String)] = [
    ("steps", "TNC", "TNC"), ("steps-of-two", "TNC", "TNC"), ("steps-pooled", "TNC", "NC"),
    ("rows-of-a-set", "QC", "QC"), ("no-batch", "CHW", "C"), ("segmentation", "NCHW", "NCHW"),
    ("channels-last", "NHWC", "NHWC"), ("one-unit", "NCHW", "NCHW"), ("signs", "NCT", "NTC"),
    ("signs-squeezed", "NCT", "TC"), ("volume", "NCDHW", "NCDHW"), ("boxes", "NCHW", "NQC"),
  ]

  @Test("Axes get the roles that the graph shows", arguments: layouts)
  func roles(_ name: String, _ input: String, _ output: String) throws {
    let network = try #require(Self.networks.first { $0.name == name })
    let roles = try network.model.roles(inputShape: network.input.shape)
    #expect(roles.input.letters == input)
    #expect(roles.outputs[0].letters == output)
  }

  @Test(
    "A target is written as it is read",
    arguments: [
      "5", "-1", "top", "top:3", "5@17", "5@-1", "5@4x30", "5@1x2x3", "5@predicted", "top@17", "5@3,7@4",
      "tabby@mask.png",
      "name=5", "name=5@17", "name=a@b", "name=a@b@sum", "tiger cat@strongest",
    ])
  func writing(_ text: String) throws {
    #expect(try Target(parsing: text).description == text)
  }

  @Test("Names that look like indices are asked at places, and those of the model's own file are known")
  func names() async throws {
    let network = try #require(Self.networks.first { $0.name == "segmentation" })
    let (model, input) = (try network.model, try network.input)
    let explainer = try await Explainer(model, Question(modifier: .none), inputShape: input.shape)
    let labels = Labels(["sky", "2", "a@b", "road"])
    func units(_ target: String) async throws -> [Attribution.Unit] {
      try await explainer.attribution(of: input, target: Target(parsing: target), labels: labels).units[0]
    }
    #expect(try await units("name=2@4x5")[0].index == 1)
    #expect(try await units("2@4x5")[0].index == 2)
    #expect(try await units("name=a@b")[0].index == 2)
    #expect(
      try await units("road@0x0,name=a@b@0x1").map(\.place) == ["at place 0x0 of 8×9", "at place 0x1 of 8×9"])
  }

  @Test("A label that looks like a unit with a place is asked by its whole name")
  func namesWithPlaces() async throws {
    let network = try #require(Self.networks.first { $0.name == "segmentation" })
    let (model, input) = (try network.model, try network.input)
    let explainer = try await Explainer(model, Question(modifier: .none), inputShape: input.shape)
    let labels = Labels(["3@2x1", "3", "3@predicted", "road"])
    for (target, unit, place) in [
      ("name=3@2x1", 0, "mean over 8×9 places"), ("name=3@predicted", 2, "mean over 8×9 places"),
      ("name=3@4x5", 1, "at place 4x5 of 8×9"), ("name=3@2x1@0x0", 0, "at place 0x0 of 8×9"),
      ("3@2x1", 3, "at place 2x1 of 8×9"),
    ] {
      let found = try await explainer.attribution(
        of: input, target: Target(parsing: target), labels: labels
      ).units[0][0]
      #expect(found.index == unit && found.place == place, "\(target): \(found)")
      #expect(try Target(parsing: target).indexed(by: labels).firstName == nil)
    }
  }

  struct BadQuestion: Sendable, CustomTestStringConvertible {
    let about: String
    let network: String
    let target: String
    var layouts: [String] = []
    /// The message, without the model's path before it.
    let message: String

    var testDescription: String { about }
  }

  static let badQuestions = [
    BadQuestion(
      about: "a place of an output without places", network: "no-batch", target: "2@3",
      message:
        "'2@3' names a place, but what is explained has no places, one number a unit; leave out the @ and what follows"
    ),
    BadQuestion(
      about: "one index for two axes", network: "segmentation", target: "1@3",
      message: "'1@3': places lie along 2 axes (8×9), so that one needs 2 indices, as in 4x4"),
    BadQuestion(
      about: "a place that does not exist", network: "segmentation", target: "1@8x0",
      message: "'1@8x0': place 8x0 does not exist; there are 8×9, counted from 0x0 to 7x8"),
    BadQuestion(
      about: "a unit that does not exist", network: "segmentation", target: "4@0x0",
      message: "unit 4 does not exist; there are 4, counted from 0 to 3"),
    BadQuestion(
      about: "something behind @ that is no place", network: "segmentation", target: "1@middle",
      message:
        "'1@middle': 'middle' is no place; behind @ stands an index such as 17 or 4x30, predicted, strongest, sum, mean, or a mask "
        + "(png, jpg, jpeg, webp, npy); a name with an @ in it is written name=NAME"),
    BadQuestion(
      about: "a place of no unit", network: "segmentation", target: "@3x2",
      message: "'@3x2' says no unit; write it before the @, as in 5@3x2"),
    BadQuestion(
      about: "a mask of another shape", network: "signs", target: "1@mask.npy",
      message: "mask 'mask.npy' is 8×9, but has to be of the output's size, 12, or of the input's size, 12"),
    BadQuestion(
      about: "a layout of another length", network: "segmentation", target: "1", layouts: ["output=NC"],
      message:
        "layout NC of 'output' has 2 letters, but the tensor 4 axes (1×4×8×9); give one letter an axis"),
    BadQuestion(
      about: "a layout with two axes of units", network: "segmentation", target: "1",
      layouts: ["output=NCCW"],
      message:
        "layout NCCW of 'output' has C twice; one axis can have it, and - stands for an axis without a role"),
    BadQuestion(
      about: "a letter that is no role", network: "segmentation", target: "1", layouts: ["output=NCXY"],
      message:
        "'NCXY' is no layout: 'X' is no role of an axis; N is a batch's items, C units or channels, T, H, W and D places, Q queries or "
        + "boxes, and - an axis without a role"),
    BadQuestion(
      about: "a layout of a tensor that does not exist", network: "segmentation", target: "1",
      layouts: ["outputs=NCHW"],
      message: "a layout is said of 'outputs', which is no input, output or layer; did you mean 'output'?"),
  ]

  @Test("What cannot be asked is refused in words that help", arguments: badQuestions)
  func refusals(_ question: BadQuestion) async throws {
    let network = try #require(Self.networks.first { $0.name == question.network })
    let (model, input) = (try network.model, try network.input)
    let error = await #expect(throws: SaliencyError.self) {
      var asked = Question(try Self.target(question.target))
      asked.layouts = try AxisRole.layouts(parsing: question.layouts)
      _ = try await Explainer(model, asked, inputShape: input.shape).attribution(of: input)
    }
    let message = error?.description.replacing(model.path + ": ", with: "")
      .replacing(Self.path("mask.npy"), with: "mask.npy")
    #expect(message == question.message)
  }
}
