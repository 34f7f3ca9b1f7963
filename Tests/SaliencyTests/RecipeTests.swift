import Foundation
import SaliencyCore
import Testing

@testable import Saliency

/// A report says everything that its result was made by.
@Suite("A recipe makes a result again")
struct RecipeTests {
  /// Every method that has options, with other values than usual for each of them.
  static let ofPlain = [
    "gradient", "guided", "input-x-gradient",
    "integrated-gradients:steps=5:baseline=0.5:quadrature=trapezoid",
    "blur-ig:steps=4:deviation=3", "guided-ig:steps=5:baseline=mean:fraction=0.5:distance=0.1",
    "expected-gradients:samples=5:noise=0.1:baseline=blur/2.0:seed=7",
    "deeplift:baseline=0.25:rule=reveal-cancel",
    "deep-shap:baselines=0.0/0.5:rule=reveal-cancel",
    "lrp:composite=epsilon-gamma-box:epsilon=1e-4:gamma=0.3:low=-3:high=3/2/1:biases=ignore",
    "excitation-backprop", "deep-taylor:low=-1:high=1", "grad-cam:layer=relu1", "grad-cam++:layer=relu1",
    "hires-cam:layer=relu1", "xgrad-cam:layer=relu1", "layer-cam:layer=relu1", "eigen-cam:layer=relu1",
    "eigengrad-cam:layer=relu1", "finer-cam:layer=relu1:classes=2:strength=0.5",
    "guided-grad-cam:layer=relu1",
    "score-cam:layer=relu1", "ss-cam:layer=relu1:samples=2:noise=1:seed=3", "is-cam:layer=relu1:steps=2",
    "ablation-cam:layer=relu1", "fullgrad", "occlusion:window=4:stride=3:baseline=0.5",
    "rise:masks=10:cells=3:share=0.4:seed=2",
    "lime:regions=slic:count=10:compactness=0.2:baseline=mean:samples=30:width=0.5:penalty=2:seed=5",
    "kernel-shap:regions=slic:count=9:compactness=0.3:baseline=1:samples=20:seed=6",
    "shapley-sampling:regions=slic:count=6:compactness=0.3:baseline=mean:orders=2:seed=4",
    "meaningful-perturbation:steps=2:copies=2:cells=5:area=0.5:roughness=1:baseline=mean:seed=1",
    "xrai:steps=3:counts=4/9", "internal-influence:steps=3:baseline=1:quadrature=left",
    "layer-conductance:steps=3:baseline=1:quadrature=left",
    "neuron-conductance:layer=relu1:unit=1:steps=3:baseline=1:quadrature=left",
    "smoothgrad:samples=4:noise=0.2:seed=9", "smoothgrad-squared:samples=4:noise=0.2:seed=9",
    "vargrad:samples=4:noise=0.2:seed=9",
  ]

  private static let path = FixtureFolder.path + "/rules/plain"

  /// The name of a layer that lies over the image, which stands for `relu1` above.
  private static func layer(of model: Model, _ shape: Shape) throws -> String {
    let layers = try model.network(inputShape: shape).activationLayers
    return try #require(layers.first).layer.name
  }

  @Test("by every method, whatever its options", arguments: ofPlain)
  func methods(text: String) async throws {
    let model = try Model(contentsOf: Self.path + ".onnx")
    let input = try Tensor(contentsOf: Self.path + ".input.npy").items(2)[0]
    let text = text.replacing("relu1", with: try Self.layer(of: model, input.shape))
    let question = Question(.top(2), method: try Method(parsing: text), modifier: .absolute)
    let attribution = try await Explainer(model, question, inputShape: input.shape).attribution(of: input)
    let file = Recipe.File(path: "a/b.onnx", sha256: "0")
    let recipe = Recipe(attribution.provenance.resolvedQuestion, model: file, input: file)
    let read = try Recipe(json: Array(recipe.json().utf8), path: "recipe.json")
    // Each option that was given has arrived.
    for option in text.split(separator: ":").dropFirst() {
      let pair = option.split(separator: "=", maxSplits: 1).map(String.init)
      let value = try #require(read.question.method.options.first { $0.name == pair[0] }?.value, "\(option)")
      let isSame = value == pair[1] || Float(value).map { $0 == Float(pair[1]) } ?? false
      #expect(isSame, "\(option): \(value)")
    }
    let again = try await Explainer(model, read.question, inputShape: input.shape).attribution(of: input)
    #expect(again.values.values.map(\.bitPattern) == attribution.values.values.map(\.bitPattern))
    #expect(again.units == attribution.units)
    #expect(again.provenance.methodSpecification == attribution.provenance.methodSpecification)
  }

  @Test(
    "Every option of every method is tried, but those of attention, of detectors and of one network alone")
  func catalog() {
    var tried: [String: Set<String>] = [:]
    for text in Self.ofPlain {
      let parts = text.split(separator: ":").map(String.init)
      tried[parts[0], default: []].formUnion(parts.dropFirst().map { String($0.prefix { $0 != "=" }) })
    }
    for entry in Saliency.Method.catalog
    where !entry.needsAttention && !entry.isForBoxes && !["cam", "rectified"].contains(entry.name) {
      #expect(tried[entry.name] == Set(entry.options.map(\.name)) || entry.options.isEmpty, "\(entry.name)")
    }
  }

  @Test("Methods tell the values of all options that they are listed with")
  func options() throws {
    for entry in Saliency.Method.catalog {
      let method = try Saliency.Method(parsing: entry.name)
      #expect(method.options.map(\.name).sorted() == entry.options.map(\.name).sorted(), "\(entry.name)")
      #expect(method.specification == entry.name)
      #expect(try Saliency.Method(parsing: method.fullSpecification).options == method.options)
    }
  }

  @Test("Maps of different layers are told apart")
  func layers() async throws {
    let model = try Model(contentsOf: Self.path + ".onnx")
    let input = try Tensor(contentsOf: Self.path + ".input.npy").items(2)[0]
    let found = try await Explainer(
      model, Question(method: Method(parsing: "grad-cam")), inputShape: input.shape)
    let first = try Self.layer(of: model, input.shape)
    let named = try await Explainer(
      model, Question(method: Method(parsing: "grad-cam:layer=\(first)")), inputShape: input.shape)
    #expect(named.provenance.methodSpecification == "grad-cam:layer=\(first)")
    #expect(found.provenance.methodLayers.count == 1)
    #expect(found.provenance.methodSpecification == "grad-cam:layer=\(found.provenance.methodLayers[0])")
    #expect(found.provenance.methodSpecification != named.provenance.methodSpecification)
  }

  @Test("A question is written with the texts of the command, and read back")
  func question() throws {
    var question = Question(
      try Target(parsing: "tabby,3"), layer: "conv5", side: .probability, withRespectTo: "pool:0",
      method: try Method(parsing: "lime:samples=50"), modifier: .negate)
    (question.input, question.output) = ("image", "logits")
    question.preparation.size = [32, 48]
    question.preparation.standardDeviation = [0.5]
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let json = String(decoding: try encoder.encode(question), as: UTF8.self)
    #expect(
      json
        == #"{"input":"image","layer":"conv5","method":"lime:regions=slic:count=50:compactness=0.1:baseline=zeros:"#
        + #"samples=50:width=0.25:penalty=1.0:seed=0","modifier":"negate","on":"probability","output":"logits","#
        + #""prepare":{"size":[32,48],"std":[0.5]},"target":"tabby,3","wrt":"pool:0"}"#)
    let read = try JSONDecoder().decode(Question.self, from: Data(json.utf8))
    #expect(String(decoding: try encoder.encode(read), as: UTF8.self) == json)
    let losses = Question(losses: [
      (.activationMaximization(of: "a:b", filters: [1, -2]), 0.5), (.activationMaximization(), -1),
    ])
    let text = String(decoding: try encoder.encode(losses), as: UTF8.self)
    #expect(text == #"{"losses":["a:b:1,-2:0.5","output:all:-1.0"],"method":"gradient"}"#)
    let second = try JSONDecoder().decode(Question.self, from: Data(text.utf8))
    #expect(
      second.losses.map(\.loss.name) == ["a:b:1,-2", "output"] && second.losses.map(\.weight) == [0.5, -1])
    #expect(try JSONDecoder().decode(Question.self, from: Data("{}".utf8)).method.name == "gradient")
  }

  @Test(
    "A question that cannot be read or written says why",
    arguments: [
      (#"{"method":"gradiant"}"#, ["gradiant", "'gradient'"]),
      (#"{"on":"logit"}"#, ["'logit'", "probability"]),
      (#"{"modifier":"abs"}"#, ["'abs'", "absolute"]), (#"{"target":"top:0"}"#, ["top:0"]),
      (#"{"losses":["conv:x"]}"#, ["conv:x"]),
    ])
  func refused(json: String, words: [String]) {
    do {
      _ = try JSONDecoder().decode(Question.self, from: Data(json.utf8))
      Issue.record("\(json) is read")
    } catch {
      for word in words { #expect("\(error)".contains(word), "\(error)") }
    }
  }

  @Test("Formulas of one's own are no text")
  func formulas() {
    let questions = [
      Question(losses: [(Loss("mine") { $0.output }, 1)]), Question(method: .custom(.guided)),
      Question(modifier: GradientModifier("mine") { $0 }),
    ]
    for question in questions {
      #expect(throws: EncodingError.self) { try JSONEncoder().encode(question) }
    }
  }

  @Test("Images carry the recipe, whatever their format", arguments: ImageFormat.allCases)
  func images(format: ImageFormat) throws {
    let file = Recipe.File(path: "folder/<&>.png", sha256: "12")
    let recipe = Recipe(Question(.unit(3)), model: file, input: file, classes: ["3": "ü < \"a\" & 'b'"])
    let packet = try recipe.xmp(description: "cat & dog <1>")
    let bytes = try Image(width: 5, height: 4, pixels: .init(repeating: 9, count: 60)).encoded(
      as: format, xmp: packet)
    #expect(Image.xmp(in: bytes) == packet)
    #expect(try Image(decoding: bytes).width == 5)
    let folder = FileManager.default.temporaryDirectory.appending(path: "recipe-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "result").path
    try Data(bytes).write(to: URL(filePath: path))
    let read = try Recipe(contentsOf: path)
    #expect(try read.json() == recipe.json())
    #expect(read.labels?.name(of: 3) == "ü < \"a\" & 'b'" && read.model.name == "<&>.png")
  }

  @Test(
    "A recipe that version 0.1.0 wrote has its colors in the present spelling", arguments: ["grey", "colour"])
  func formerSpelling(written: String) throws {
    let recipe = Recipe(Question(.unit(3)), model: Recipe.File(path: "a.onnx", sha256: "12"), input: nil)
    let json = try recipe.json().replacing(#""photograph":"gray""#, with: #""photograph":"\#(written)""#)
    #expect(json.contains(written))
    let read = try Recipe(json: Array(json.utf8), path: "a.json")
    #expect(read.drawing.imageStyle == (written == "grey" ? "gray" : "color"))
  }

  static let damaged: [(text: String, words: [String])] = [
    ("", ["does not say how it was made"]), ("{}", ["'format' is missing"]),
    (#"{"format": 99}"#, ["form 99", "up to 1"]), ("{\"format\": 1}", ["'question' is missing"]),
    ("<saliency:recipe>", ["does not say how it was made"]),
    ("<saliency:recipe>{</saliency:recipe>", ["does not say how to make the result again"]),
  ]

  @Test("What carries no recipe, or a damaged one, is refused", arguments: damaged)
  func refusedFiles(text: String, words: [String]) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "recipe-\(UUID().uuidString)").path
    try Data(text.utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let error = #expect(throws: SaliencyError.self) { try Recipe(contentsOf: path) }
    for word in words + [path] {
      #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
    }
  }
}
