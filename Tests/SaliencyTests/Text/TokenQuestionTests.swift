@testable import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// Questions about texts and bytes, held to automatic differentiation in double precision.
@Suite("Texts and bytes")
struct TokenQuestionTests {
  struct Network: Decodable, Sendable, CustomTestStringConvertible {
    struct Question: Decodable, Sendable {
      let target: String
      let method: String
      let expected: [String]
    }

    let name: String
    let inputs: [String]
    let questions: [Question]

    var testDescription: String { name }
    var model: Model { get throws { try Model(contentsOf: TokenQuestionTests.path(name + ".onnx")) } }
    func tensor(_ what: String) throws -> Tensor {
      try Tensor(contentsOf: TokenQuestionTests.path("\(name).\(what).npy"))
    }
  }

  private struct Index: Decodable { let fixtures: [Network] }

  static func path(_ file: String) -> String { FixtureFolder.path + "/text/" + file }

  static let networks: [Network] =
    (try? FixtureFolder.decoded(Index.self, from: "text/index.json"))?.fixtures ?? []
  static let texts = networks.filter { $0.inputs.count == 1 }

  static func network(_ name: String) throws -> Network { try #require(networks.first { $0.name == name }) }

  @Test(
    "What is asked of tokens is what is differentiated, and hidden tokens cost what they cost",
    arguments: texts)
  func attributions(_ network: Network) async throws {
    let input = try network.tensor("input")
    for question in network.questions {
      let asked = Question(
        try Target(parsing: question.target), method: try Method(parsing: question.method), modifier: .none)
      let attribution = try await Explainer(network.model, asked, inputShape: input.shape).attribution(
        of: input)
      let expected = try Tensor(contentsOf: Self.path(question.expected[0]))
      #expect(attribution.values.shape == expected.shape)
      let error = relativeError(attribution.values.values, expected.values)
      #expect(error < 1e-4, "\(question.method): \(error)")
      #expect(attribution.isForTokens)
    }
  }

  static let sums = ["integrated-gradients:steps=64", "gradient-shap:samples=3000", "guided-ig:steps=400"]

  @Test(
    "Paths from rows of zeros add up to what the score gains, whichever they take", arguments: texts, sums)
  func completeness(_ network: Network, _ method: String) async throws {
    let input = try network.tensor("input").items(in: 0..<1)
    let target = try Target(parsing: network.questions[0].target)
    func attribution(_ method: String) async throws -> Attribution {
      try await Explainer(
        network.model, Question(target, method: Method(parsing: method), modifier: .none),
        inputShape: input.shape
      ).attribution(of: input)
    }
    let exact = try await attribution("integrated-gradients:steps=64").values.values.reduce(0, +)
    let sum = try await attribution(method).values.values.reduce(0, +)
    #expect(abs(sum - exact) < 0.03 * max(abs(exact), 1), "\(sum) for \(exact)")
  }

  @Test("SmoothGrad puts its noise on the rows, so that without noise it is the gradient")
  func smoothGrad() async throws {
    let network = try Self.network("transformer")
    let input = try network.tensor("input").items(in: 0..<1)
    func values(_ method: String) async throws -> [Float] {
      try await Explainer(
        network.model, Question(.unit(1), method: Method(parsing: method), modifier: .none),
        inputShape: input.shape
      ).attribution(of: input).values.values
    }
    let gradient = try await values("gradient")
    #expect(relativeError(try await values("smoothgrad:noise=0:samples=2"), gradient) < 1e-5)
    let near = relativeError(try await values("smoothgrad:noise=0.001:samples=8"), gradient)
    #expect(near > 1e-6 && near < 0.05)
  }

  /// A linear network over tokens: each has a number of its own.
  private func withLinearModel(_ body: (Model) async throws -> Void) async throws {
    var made = MadeModel()
    made.input("ids", [nil, nil], .int64)
    made.weight("table", [5, 2], [0, 0, 1, 0, 3, 0, -2, 0, 0.5, 0])
    made.node("Gather", ["table", "ids"], ["rows"])
    made.integers("axes", [1], [1])
    made.node("ReduceSum", ["rows", "axes"], ["y"], ["keepdims": .integer(0)])
    made.output("y")
    try await made.opened(body)
  }

  @Test(
    "Methods that hide tokens find what each of them adds",
    arguments: ["occlusion", "kernel-shap", "shapley-sampling", "lime:penalty=0:samples=400"])
  func hiding(_ name: String) async throws {
    try await withLinearModel { model in
      let ids = Tensor(shape: [1, 4], values: [1, 2, 3, 4])
      func values(_ method: Method) async throws -> Attribution {
        try await Explainer(
          model, Question(.unit(0), method: method, modifier: .none), inputShape: ids.shape
        ).attribution(of: ids)
      }
      let method = try Method(parsing: name)
      let attribution = try await values(method)
      #expect(attribution.values.shape == [1, 4])
      #expect(relativeError(attribution.values.values, [1, 3, -2, 0.5]) < 1e-4)
      #expect(attribution.provenance.resolved.hiddenToken == 0)
      #expect(attribution.tokens()?.map(\.number) == [1, 2, 3, 4])
      let hidden = try await values(method.hidingTokens(by: 1))
      #expect(relativeError(hidden.values.values, [0, 2, -3, -0.5]) < 1e-4)
      #expect(hidden.provenance.resolved.hiddenToken == 1)
    }
  }

  @Test("A token has the sum of its row, or the row's length")
  func measures() async throws {
    let network = try Self.network("recurrent")
    let input = try network.tensor("input")
    let attribution = try await Explainer(
      network.model, Question(.unit(0), modifier: .none), inputShape: input.shape
    ).attribution(of: input)
    let values = attribution.values.values
    for (measure, row) in [
      (TokenMeasure.sum, { (row: [Float]) in row.reduce(0, +) }),
      (.norm, { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }),
    ] {
      let tokens = try #require(attribution.tokens(by: measure))
      #expect(tokens.map(\.number) == [3, 7, 1, 9, 0, 10, 2])
      #expect(tokens.map(\.position) == Array(0..<7))
      for token in tokens {
        let expected = row(Array(values[6 * token.position..<6 * token.position + 6]))
        #expect(abs(token.value - expected) < 1e-6)
      }
    }
  }

  @Test("Bytes are what they are, and other tokens what they are called")
  func names() async throws {
    let bytes = try Self.network("bytes")
    let data = try bytes.tensor("input")
    let attribution = try await Explainer(bytes.model, Question(.unit(2)), inputShape: data.shape)
      .attribution(of: data)
    let texts = try #require(attribution.tokens()).map(\.text)
    #expect(texts[..<4] == ["d", "e", "f", " "])
    #expect(texts[9...10] == ["\n", "\t"])
    #expect(texts[19...21] == ["\\xE4", "\\x00", "‹256›"])
    let names = TokenNames(texts.indices.map { "t\($0)" })
    #expect(try attribution.naming(tokens: names).tokens()?[5].text == "t5")

    let network = try Self.network("recurrent")
    let input = try network.tensor("input")
    let unnamed = try await Explainer(network.model, Question(.unit(0)), inputShape: input.shape).attribution(
      of: input)
    #expect(unnamed.tokens()?.allSatisfy { $0.text == nil } == true)
    #expect(
      try unnamed.naming(tokens: TokenNames(["a", "b", "c", "d", "e", "f", "g"])).tokens()?[6].text == "g")
  }

  struct BadQuestion: Sendable, CustomTestStringConvertible {
    let about: String
    var ids: [Float] = [1, 2, 3, 4]
    var method = "gradient"
    var names: [[String]]?
    let message: String

    var testDescription: String { about }
  }

  static let badQuestions = [
    BadQuestion(
      about: "a token beyond the vocabulary", ids: [1, 2, 5, 4],
      message: "input 'ids': token 2 is 5, but embedding 'rows' has 5 rows, for tokens 0 to 4"),
    BadQuestion(
      about: "a token before the first row, counted from the end", ids: [1, -6, 3, 4],
      message: "input 'ids': token 1 is -6, but embedding 'rows' has 5 rows, for tokens 0 to 4"),
    BadQuestion(
      about: "a hidden token beyond the vocabulary", method: "occlusion:baseline=5",
      message: "what hides tokens is token 5, but embedding 'rows' has 5 rows, for tokens 0 to 4"),
    BadQuestion(
      about: "the mean of numbers of tokens", method: "lime:baseline=mean",
      message:
        "method 'lime' hides tokens, whose numbers have no 'mean'; give the number of the token that stands for nothing "
        + "(--hidden-token)"),
    BadQuestion(
      about: "a path between numbers of tokens", method: "blur-ig",
      message:
        "method 'blur-ig' moves the input, and input 'ids' holds numbers of tokens, between which is nothing; take "
        + "integrated-gradients, or occlusion or lime, which hide tokens"),
    BadQuestion(
      about: "too few names", names: [["a", "b", "c"]],
      message: "it names 3 tokens, but the input has 4; give one name for each, padding included"),
    BadQuestion(
      about: "names of two texts", names: [["a"], ["b"]],
      message:
        "it names the tokens of 2 texts, but the input has 1 items; give a JSON list with a list for each"),
  ]

  @Test("What cannot be asked of tokens is refused in words that help", arguments: badQuestions)
  func refusals(_ question: BadQuestion) async throws {
    try await withLinearModel { model in
      let error = await #expect(throws: SaliencyError.self) {
        let ids = Tensor(shape: [1, 4], values: question.ids)
        let attribution = try await Explainer(
          model, Question(.unit(0), method: Method(parsing: question.method)), inputShape: ids.shape
        ).attribution(of: ids)
        if let names = question.names { _ = try attribution.naming(tokens: TokenNames(items: names)) }
      }
      #expect(error?.description.replacing(model.path + ": ", with: "") == question.message)
    }
  }

  @Test(
    "Hiding tokens is for methods that hide something",
    arguments: ["gradient", "integrated-gradients", "rise"])
  func noHiding(_ name: String) throws {
    #expect(throws: SaliencyError.self) { try Method(parsing: name).hidingTokens(by: 3) }
  }

  @Test("Only names of tokens name tokens")
  func noTokens() async throws {
    let network = try Self.network("pair")
    let model = try network.model.selecting(input: "table", given: ["image": network.tensor("image")])
    let table = try network.tensor("table")
    let attribution = try await Explainer(model, Question(.unit(0)), inputShape: table.shape).attribution(
      of: table)
    #expect(attribution.tokens() == nil)
    #expect(throws: SaliencyError.self) { try attribution.naming(tokens: TokenNames(["a"])) }
  }

  static let timeFirstMethods = [
    "input-x-gradient", "integrated-gradients:steps=8", "occlusion", "shapley-sampling:orders=2",
  ]

  @Test("Of texts that lie along the second axis each has its own tokens", arguments: timeFirstMethods)
  func timeFirst(_ method: String) async throws {
    let worth: [Float] = [0, 1, 3, -2, 0.5]
    var made = MadeModel()
    made.input("ids", [3, nil], .int64)
    made.weight("table", [5, 2], worth.flatMap { [$0, 1] })
    made.weight("head", [2, 1], [1, 0])
    made.integers("axes", [1], [0])
    made.node("Gather", ["table", "ids"], ["rows"])
    made.node("ReduceSum", ["rows", "axes"], ["sum"], ["keepdims": .integer(0)])
    made.node("MatMul", ["sum", "head"], ["y"])
    made.output("y")
    let texts: [[Int]] = [[1, 2, 4], [3, 0, 2]]
    let input = Tensor(
      shape: [3, 2], values: (0..<3).flatMap { token in texts.map { Float($0[token]) } })
    try await made.opened { model in
      let question = Question(.unit(0), method: try Method(parsing: method), modifier: .none)
      let attribution = try await Explainer(model, question, inputShape: input.shape).attribution(of: input)
      #expect(attribution.units.count == 2)
      for (item, text) in texts.enumerated() {
        let tokens = try #require(attribution.tokens(item: item))
        #expect(tokens.map(\.number) == text)
        #expect(relativeError(tokens.map(\.value), text.map { worth[$0] }) < 1e-3, "\(method)")
      }
      #expect(attribution.values.shape.prefix(2) == [3, 2])
      #expect(try attribution.form(item: 1) == .text)
      let checks = try await AttributionChecker(model, question, inputShape: input.shape).checks(
        of: attribution)
      #expect(checks.count == 2)
      let isChecked = !["occlusion", "input-x-gradient"].contains(method)
      #expect(checks.allSatisfy { ($0.verdict == .holds) == isChecked }, "\(method): \(checks.map(\.text))")
    }
  }

  @Test("A text by itself, without a batch, has tokens")
  func single() async throws {
    var made = MadeModel()
    made.input("ids", [3], .int64)
    made.weight("table", [5, 2], [0, 1, 1, 1, 3, 1, -2, 1, 0.5, 1])
    made.weight("head", [2, 1], [1, 0])
    made.integers("axes", [1], [0])
    made.node("Gather", ["table", "ids"], ["rows"])
    made.node("ReduceSum", ["rows", "axes"], ["sum"], ["keepdims": .integer(1)])
    made.node("MatMul", ["sum", "head"], ["y"])
    made.output("y")
    try await made.opened { model in
      let input = Tensor(shape: [3], values: [3, 0, 2])
      for method in ["input-x-gradient", "integrated-gradients:steps=8"] {
        let question = Question(.unit(0), method: try Method(parsing: method), modifier: .none)
        let attribution = try await Explainer(model, question, inputShape: [3]).attribution(of: input)
        let tokens = try #require(attribution.tokens(), "\(method)")
        #expect(relativeError(tokens.map(\.value), [-2, 0, 3]) < 1e-5)
        #expect(attribution.values.shape == [3, 2])
      }
    }
  }

  @Test("Masks of tokens are taken for ones whatever their type, and those of padding are asked for")
  func masks() async throws {
    for (name, type, isTaken) in [
      ("attention_mask", MadeModel.ElementType.float32, true), ("attention_mask", .int64, true),
      ("encoder_attn_mask", .float32, true), ("mask", .float32, false), ("key_padding_mask", .bool, false),
    ] {
      var made = MadeModel.sumOfMaskedTokens(mask: name, type)
      made.output("y")
      try await made.opened { model in
        #expect(model.assumptions.isEmpty != isTaken, "\(name)")
      }
    }
  }

  @Test("A given number outside its embedding's rows is told with its input")
  func givenTokens() async throws {
    var made = MadeModel()
    made.input("ids", [nil, 2], .int64)
    made.input("types", [nil, 2], .int64)
    made.weight("table", [5, 2], Array(repeating: 1, count: 10))
    made.weight("segments", [2, 2], [1, 2, 3, 4])
    made.node("Gather", ["table", "ids"], ["rows"])
    made.node("Gather", ["segments", "types"], ["kinds"])
    made.node("Mul", ["rows", "kinds"], ["y"])
    made.output("y")
    try await made.opened { model in
      let given = ["types": Tensor(shape: [1, 2], values: [0, 3])]
      let asked = try model.selecting(input: "ids", given: given, output: nil)
      let error = await #expect(throws: SaliencyError.self) {
        try await Explainer(asked, Question(.unit(0)), inputShape: [1, 2])
      }
      #expect(
        error?.description.contains("input 'types': token 1 is 3, but embedding 'kinds' has 2 rows") == true)
    }
  }
}

extension MadeModel {
  /// Rows of an embedding by a mask of another input.
  fileprivate static func sumOfMaskedTokens(mask: String, _ type: ElementType) -> MadeModel {
    var made = MadeModel()
    made.input("ids", [nil, 3], .int64)
    made.input(mask, [nil, 3], type)
    made.weight("table", [5, 2], Array(repeating: 1, count: 10))
    made.integers("axes", [1], [2])
    made.node("Gather", ["table", "ids"], ["rows"])
    made.node("Cast", [mask], ["weights"], ["to": .integer(1)])
    made.node("Unsqueeze", ["weights", "axes"], ["columns"])
    made.node("Mul", ["rows", "columns"], ["y"])
    return made
  }
}
