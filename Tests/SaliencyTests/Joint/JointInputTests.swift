import FoundationEssentials
@testable import Saliency
import SaliencyCore
import SaliencyImage
import SaliencyTestSupport
import Testing

/// Several inputs that are explained together, held to automatic differentiation in double precision.
@Suite("Several inputs together")
struct JointInputTests {
  static let networks = TokenQuestionTests.networks.filter { $0.inputs.count > 1 }

  private func tensors(_ network: TokenQuestionTests.Network) throws -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: try network.inputs.map { ($0, try network.tensor($0)) })
  }

  private func attribution(
    _ network: TokenQuestionTests.Network, _ method: String, inputs names: [String]? = nil,
    modifier: GradientModifier = .none
  ) async throws -> JointAttribution {
    let inputs = try tensors(network)
    var question = Question(
      try Target(parsing: network.questions[0].target), method: try Method(parsing: method),
      modifier: modifier)
    question.inputs = names ?? network.inputs
    return try await Explainer(network.model, question, inputShapes: inputs.mapValues(\.shape))
      .attributions(of: inputs)
  }

  @Test("Each input has its own gradient, and one path moves all of them", arguments: networks)
  func attributions(_ network: TokenQuestionTests.Network) async throws {
    for question in network.questions {
      let joint = try await attribution(network, question.method)
      #expect(joint.names == network.inputs)
      for (attribution, file) in zip(joint.attributions, question.expected) {
        let expected = try Tensor(contentsOf: TokenQuestionTests.path(file))
        #expect(attribution.values.shape == expected.shape)
        let error = relativeError(attribution.values.values, expected.values)
        #expect(error < 1e-4, "\(question.method) \(file): \(error)")
      }
    }
  }

  @Test(
    "What all inputs have together is what the score gains, and checks say so", arguments: networks,
    ["gradient", "integrated-gradients:steps=100", "kernel-shap:samples=2000", "shapley-sampling:orders=3"])
  func checks(_ network: TokenQuestionTests.Network, _ method: String) async throws {
    let inputs = try tensors(network)
    var question = Question(
      try Target(parsing: network.questions[0].target), method: try Method(parsing: method), modifier: .none)
    question.inputs = ["all"]
    let joint = try await Explainer(network.model, question, inputShapes: inputs.mapValues(\.shape))
      .attributions(of: inputs)
    let checks = try await AttributionChecker(network.model, question, inputShapes: inputs.mapValues(\.shape))
      .checks(of: joint)
    #expect(checks.count == inputs.values.first!.shape[0])
    for check in checks { #expect(check.verdict == .holds, "\(method): \(check.text)") }
  }

  @Test(
    "Methods of many samples give each input numbers of its own", arguments: networks,
    [
      "smoothgrad:samples=8", "gradient-shap:samples=20", "guided-ig:steps=20", "lime:samples=80",
      "occlusion",
    ])
  func samples(_ network: TokenQuestionTests.Network, _ method: String) async throws {
    let joint = try await attribution(network, method)
    for attribution in joint.attributions {
      #expect(attribution.values.values.allSatisfy { $0.isFinite })
      #expect(Set(attribution.values.values).count > 1)
    }
  }

  @Test("Occlusion covers one input at a time, as it does where the others are given")
  func occlusion() async throws {
    let network = try TokenQuestionTests.network("pair")
    let joint = try await attribution(network, "occlusion:window=2:stride=1")
    let inputs = try tensors(network)
    for (name, other) in [("image", "table"), ("table", "image")] {
      let model = try network.model.selecting(input: name, given: [other: inputs[other]!])
      let question = Question(
        .unit(1), method: try Method(parsing: "occlusion:window=2:stride=1"), modifier: .none)
      let alone = try await Explainer(model, question, inputShape: inputs[name]!.shape).attribution(
        of: inputs[name]!)
      #expect(joint[name]?.values.shape == alone.values.shape)
      #expect(relativeError(joint[name]!.values.values, alone.values.values) < 1e-5)
    }
  }

  @Test("Noise is a share of each input's own range")
  func noise() async throws {
    let network = try TokenQuestionTests.network("pair")
    var inputs = try tensors(network)
    inputs["table"] = Tensor(shape: [1, 5], values: [1000, -1000, 500, 0, 1])
    var question = Question(
      .unit(1), method: try Method(parsing: "smoothgrad:noise=0.001:samples=4"), modifier: .none)
    question.inputs = ["image", "table"]
    let shapes = inputs.mapValues(\.shape)
    let noisy = try await Explainer(network.model, question, inputShapes: shapes).attributions(of: inputs)
    question.method = .gradient
    let plain = try await Explainer(network.model, question, inputShapes: shapes).attributions(of: inputs)
    // Noise of the table's range would change an image of small numbers beyond recognition.
    #expect(relativeError(noisy["image"]!.values.values, plain["image"]!.values.values) < 0.1)
  }

  @Test("A figure has a panel for each input")
  func figure() async throws {
    let network = try TokenQuestionTests.network("pair")
    let joint = try await attribution(network, "integrated-gradients:steps=20")
    let figure = try Figure(joint: joint)
    #expect(figure.rows[0].count == 2)
    #expect(figure.rows[0][0].title?.hasPrefix("image (sum ") == true)
    #expect(try figure.rendered().width > 400)
    #expect(joint["table"]?.provenance.input == "table" && joint["none"] == nil)
    #expect(joint["image"]?.provenance.resolved.input.roles.letters == "NCHW")
    #expect(joint["image"]?.provenance.question.inputs == ["image", "table"])
  }

  @Test("A question about several inputs is written as it is read")
  func writing() throws {
    var question = Question(.unit(1))
    question.inputs = ["image", "table"]
    let data = try JSONEncoder().encode(question)
    #expect(try JSONDecoder().decode(Question.self, from: data).inputs == ["image", "table"])
    question.input = "image"
    let one = try JSONEncoder().encode(question)
    #expect(String(decoding: one, as: UTF8.self).contains(#""input":"image""#))
    #expect(try JSONDecoder().decode(Question.self, from: one).inputs == ["image"])
  }

  @Test("What is given is a part of a question, as lists of lists")
  func given() async throws {
    let network = try TokenQuestionTests.network("pair")
    let inputs = try tensors(network)
    var question = Question(.unit(1), modifier: .none)
    (question.input, question.given) = ("table", ["image": inputs["image"]!])
    let read = try JSONDecoder().decode(Question.self, from: JSONEncoder().encode(question))
    #expect(read.given["image"]?.shape == [1, 3, 6, 7])
    #expect(read.given["image"]?.values == inputs["image"]?.values)
    let attribution = try await Explainer(network.model, read, inputShape: [1, 5]).attribution(
      of: inputs["table"]!)
    let expected = try await self.attribution(network, "gradient")["table"]!
    #expect(relativeError(attribution.values.values, expected.values.values) < 1e-6)
    for json in [
      #"{"given": {"image": [[1, 2], [3]]}}"#, #"{"given": {"image": [[1], 2]}}"#,
      #"{"given": {"image": ["a"]}}"#,
      #"{"given": {"image": [[[[[[[[[1]]]]]]]]]}}"#,
    ] {
      #expect(throws: DecodingError.self) { try JSONDecoder().decode(Question.self, from: Data(json.utf8)) }
    }
  }

  struct BadQuestion: Sendable, CustomTestStringConvertible {
    let about: String
    var inputs = ["image", "table"]
    var method = "gradient"
    var shapes: [String: Shape] = ["image": [1, 3, 6, 7], "table": [1, 5]]
    let message: String

    var testDescription: String { about }
  }

  static let badQuestions = [
    BadQuestion(
      about: "a method for one input", method: "grad-cam",
      message:
        "method 'grad-cam' explains one input; for several together take gradient, input-x-gradient, smoothgrad, integrated-gradients, "
        + "guided-ig, expected-gradients, deeplift, lrp, occlusion, lime, kernel-shap or shapley-sampling"),
    BadQuestion(
      about: "an input that does not exist", inputs: ["image", "tables"],
      message: "input 'tables' does not exist; did you mean 'table'?"),
    BadQuestion(
      about: "an input twice", inputs: ["image", "image"], message: "input 'image' is named twice"),
    BadQuestion(
      about: "another number of items", shapes: ["image": [2, 3, 6, 7], "table": [1, 5]],
      message:
        "input 'table' has the shape 1×5, but inputs that are explained together have as many items in front, as in 2×3×6×7"
    ),
    BadQuestion(
      about: "an input without a shape", shapes: ["image": [1, 3, 6, 7]],
      message: "input 'table' is explained, and has no shape"),
  ]

  @Test("What cannot be asked together is refused in words that help", arguments: badQuestions)
  func refusals(_ bad: BadQuestion) async throws {
    let model = try TokenQuestionTests.network("pair").model
    let error = await #expect(throws: SaliencyError.self) {
      var question = Question(.unit(1), method: try Method(parsing: bad.method))
      question.inputs = bad.inputs
      _ = try await Explainer(model, question, inputShapes: bad.shapes)
    }
    #expect(error?.description.replacing(model.path + ": ", with: "") == bad.message)
  }

  @Test("Integers are not explained together with other inputs")
  func integers() async throws {
    let model = try TokenQuestionTests.network("transformer").model
    let error = await #expect(throws: SaliencyError.self) {
      var question = Question(.unit(1))
      question.inputs = ["input_ids", "attention_mask"]
      _ = try await Explainer(
        model, question, inputShapes: ["input_ids": [1, 4], "attention_mask": [1, 4]])
    }
    #expect(
      error?.description.hasSuffix(
        "input 'input_ids' holds integers (int64), which cannot be explained together with other inputs; give a tensor for it"
      ) == true)
  }

  @Test("Several inputs are not exported, and not explained as one")
  func others() async throws {
    let network = try TokenQuestionTests.network("pair")
    var question = Question(.unit(1))
    question.inputs = ["image", "table"]
    await #expect(throws: SaliencyError.self) {
      _ = try await Explainer(network.model, question, inputShape: [1, 3, 6, 7])
    }
    let explainer = try await Explainer(
      network.model, question, inputShapes: ["image": [1, 3, 6, 7], "table": [1, 5]])
    try await withTemporaryFolder { folder in
      _ = await #expect(throws: SaliencyError.self) { try await explainer.export(to: folder + "/out.onnx") }
    }
  }
}
