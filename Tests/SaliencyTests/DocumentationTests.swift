import Foundation
import Saliency
import SaliencyCore
import Testing

private let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path
private let fixtures = package + "/Tests/Fixtures/architectures/"
private let imagePath = package + "/Demo/chelsea.png"

private func text(of path: String) throws -> String {
  String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
}

@Suite("The code in the documentation")
struct DocumentationTests {
  private static let catalog = "/Sources/Saliency/Saliency.docc"
  private static let pages = ["/README.md"] + articles.map { catalog + "/" + $0 }
  private static let articles = files(in: catalog).filter { $0.hasSuffix(".md") }

  /// The paths of the files in a folder and its folders, relative to it.
  private static func files(in folder: String) -> [String] {
    (FileManager.default.enumerator(atPath: package + folder)?.compactMap { $0 as? String } ?? []).sorted()
  }

  /// The snippets of these tests and of the examples, by name, without their indentation.
  private static func snippets() throws -> [String: String] {
    let examples = files(in: "/Examples/Sources").map { "/Examples/Sources/" + $0 }
    var snippets: [String: String] = [:]
    for file in ["/Tests/SaliencyTests/DocumentationSnippets.swift"] + examples {
      try snippets.merge(self.snippets(in: text(of: package + file))) { _, _ in
        preconditionFailure("\(file) has a snippet whose name is in use")
      }
    }
    return snippets
  }

  private static func snippets(in source: String) -> [String: String] {
    var snippets: [String: String] = [:]
    var name: String?
    var lines: [Substring] = []
    for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
      let content = line.drop { $0 == " " }
      if content.hasPrefix("// snippet: ") {
        name = String(content.dropFirst(12))
        lines = []
      } else if content == "// end", let finished = name {
        let indentation = lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        snippets[finished] = lines.map { String($0.dropFirst(indentation)) }.joined(separator: "\n")
        name = nil
      } else if name != nil {
        lines.append(line)
      }
    }
    return snippets
  }

  /// The blocks of Swift in a page, without the import that begins some.
  private static func blocks(in page: String) throws -> [String] {
    try text(of: package + page).components(separatedBy: "```swift\n").dropFirst().map { rest in
      let block = rest.prefixUpTo("\n```")
      let start = "import Saliency\n\n"
      return block.hasPrefix(start) ? String(block.dropFirst(start.count)) : block
    }
  }

  @Test("every block of Swift in a page is a snippet that these tests run", arguments: pages)
  func blocksAreSnippets(page: String) throws {
    let known = Set(try Self.snippets().values)
    for block in try Self.blocks(in: page) {
      #expect(known.contains(block), "\(page) has a block that is no snippet:\n\(block)")
    }
  }

  @Test("every snippet stands in a page, word for word")
  func snippetsAreUsed() throws {
    let blocks = Set(try Self.pages.flatMap { try Self.blocks(in: $0) })
    let snippets = try Self.snippets()
    #expect(snippets.count >= 23)
    for (name, snippet) in snippets { #expect(blocks.contains(snippet), "'\(name)' stands in no page") }
  }

  @Test("the commands of the scenarios are those that 'make examples' runs")
  func commands() throws {
    func commands(in text: String) -> [Substring] {
      text.split(separator: "\n").filter { $0.hasPrefix("saliency ") }
    }
    let scenarios = Self.articles.filter { $0.hasPrefix("Scenarios/") }
    let shown = try scenarios.flatMap {
      commands(in: try text(of: package + Self.catalog + "/" + $0)).map(String.init)
    }
    let run = commands(in: try text(of: package + "/Examples/commands.sh")).map(String.init)
    #expect(shown.count >= 15)
    #expect(shown.sorted() == run.sorted())
  }

  @Test(
    "every image of the catalog stands in a page with words for who cannot see it, and is drawn by an example, or by make real"
  )
  func images() throws {
    let pages = try Self.articles.map { try text(of: package + Self.catalog + "/" + $0) }.joined()
    let examples = try Self.files(in: "/Examples/Sources")
      .map { try text(of: package + "/Examples/Sources/" + $0) }.joined()
    let real = try text(of: package + "/Scripts/real-networks.py")
    let images = Self.files(in: Self.catalog + "/Resources")
    let shown = pages.matches(of: /!\[([^\]]*)\]\(([^)]+)\)/)
    #expect(Set(shown.map { String($0.2) }) == Set(images))
    for image in shown { #expect(image.1.count > 40, "\(image.2) is not described") }
    for image in images {
      #expect(
        examples.contains("image(\"\(image)\")") || real.contains("\"\(image)\""),
        "no example draws \(image)")
    }
  }
}

extension String {
  fileprivate func prefixUpTo(_ end: String) -> String {
    String(self[..<(range(of: end)?.lowerBound ?? endIndex)])
  }
}

@Suite("The code in the documentation does what the pages say")
struct DocumentationSnippetTests {
  private let model: Model
  private let image: Image
  private let input: Tensor
  private let labels = Labels((0..<10).map { "class_\($0)" })

  init() throws {
    model = try Model(contentsOf: fixtures + "resnet-basic.onnx")
    image = try Image(contentsOf: imagePath)
    input = try Tensor(contentsOf: fixtures + "resnet-basic.input.npy")
  }

  /// A folder that is removed with its contents when the test ends.
  private final class TemporaryFolder {
    let path = NSTemporaryDirectory() + "/saliency-documentation-\(UUID().uuidString)/"
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  @Test("the ten lines name the best class and write a figure")
  func tenLines() async throws {
    let folder = try TemporaryFolder()
    let labelsPath = folder.path + "labels.txt"
    try Data(labels.names.map { $0! }.joined(separator: "\n").utf8).write(to: URL(filePath: labelsPath))
    let attribution = try await DocumentationSnippets.tenLines(
      modelPath: fixtures + "resnet-basic.onnx", labelsPath: labelsPath, imagePath: imagePath,
      figurePath: folder.path + "figure.png")
    let unit = try #require(attribution.units.first?.first)
    #expect(unit.name == "class_\(unit.index)")
    #expect(attribution.values.shape == [1, 3, 64, 64])
    #expect(attribution.image?.width == 64)
    #expect(attribution.provenance.method == "guided")
    #expect(attribution.caption().hasPrefix("class \(unit.index) · score "))
    let figure = try Image(contentsOf: folder.path + "figure.png")
    #expect(figure == (try attribution.figure().rendered()))
  }

  @Test("Grad-CAM names the best class and writes a figure, also of a model whose preparation is given")
  func gradCAM() async throws {
    let folder = try TemporaryFolder()
    let labelsPath = folder.path + "labels.txt"
    try Data(labels.names.map { $0! }.joined(separator: "\n").utf8).write(to: URL(filePath: labelsPath))
    let named = try await DocumentationSnippets.gradCAM(
      modelPath: fixtures + "resnet-basic.onnx", labelsPath: labelsPath, imagePath: imagePath,
      figurePath: folder.path + "figure.png")
    #expect(named.provenance.method == "grad-cam" && named.units[0][0].name?.hasPrefix("class_") == true)
    #expect(try Image(contentsOf: folder.path + "figure.png") == (try named.figure().rendered()))
    let own = try await DocumentationSnippets.ownModel(
      modelPath: fixtures + "resnet-basic.onnx", imagePath: imagePath, labels: labels,
      figurePath: folder.path + "own.png")
    #expect(own.units[0][0].name == named.units[0][0].name)
    // ImageNet's numbers are also the guess.
    #expect(own.values.values == named.values.values)
    #expect(try Image(contentsOf: folder.path + "own.png") == (try own.figure().rendered()))
  }

  @Test("a unit is maximized until that is enough, and a layer dreams")
  func maximizing() async throws {
    let folder = try TemporaryFolder()
    let result = try await DocumentationSnippets.maximizing(model: model, image: folder.path + "unit.png")
    #expect(result.activation > result.activations[0] && result.activations.count <= 256)
    #expect(try Image(contentsOf: folder.path + "unit.png") == result.image)
    let dream = try await DocumentationSnippets.dreaming(model: model, image: image)
    #expect(dream.activations.count == 80 && dream.image?.width == 176)
  }

  @Test("an explanation is shipped with its heat map")
  func exporting() async throws {
    let folder = try TemporaryFolder()
    let report = try await DocumentationSnippets.exporting(model: model, path: folder.path + "explained.onnx")
    #expect(report.outputs == ["scores", "attribution", "heatmap"])
    #expect(FileManager.default.fileExists(atPath: folder.path + "explained.onnx"))
  }

  @Test("metrics give a number each, with their curves")
  func evaluating() async throws {
    let evaluation = try await DocumentationSnippets.evaluating(model: model, image: image)
    let values = try evaluation.values.map { try #require($0) }
    #expect(values.map(\.curve.count) == [51, 51, 6])
    #expect(values[0].value != values[1].value && evaluation.units.count == 1)
  }

  @Test("predictions are named and come best first")
  func predictions() async throws {
    let best = try await DocumentationSnippets.predictions(
      model: model, image: image, labels: labels)
    #expect(best.count == 3)
    #expect(best.map(\.score) == best.map(\.score).sorted(by: >))
    #expect(best.allSatisfy { $0.name == "class_\($0.index)" })
  }

  @Test("numbers in, numbers out gives PyTorch's gradient")
  func tensors() async throws {
    let folder = try TemporaryFolder()
    let attribution = try await DocumentationSnippets.tensors(
      model: model, inputPath: fixtures + "resnet-basic.input.npy",
      gradientPath: folder.path + "gradient.npy")
    let written = try Tensor(contentsOf: folder.path + "gradient.npy")
    #expect(written.shape == attribution.values.shape)
    #expect(written.values == attribution.values.values)
    let expected = try Tensor(contentsOf: fixtures + "resnet-basic.gradient.npy")
    let largest = expected.values.map { abs($0) }.max() ?? 0
    for (value, reference) in zip(written.values, expected.values) {
      #expect(abs(value - reference) <= 1e-4 * largest)
    }
  }

  @Test("of several inputs one is explained, and the others are given")
  func severalInputs() async throws {
    let folder = FixtureFolder.path + "/keras"
    let model = try Model(contentsOf: folder + "/attention.keras")
    let queries = try Tensor(contentsOf: folder + "/attention.input.npy")
    let values = try Tensor(contentsOf: folder + "/attention.input1.npy")
    let attribution = try await DocumentationSnippets.severalInputs(
      model: model, queries: queries, values: values)
    #expect(attribution.provenance.input == "input_layer")
    #expect(attribution.values.shape == queries.shape)
    #expect(attribution.values.values.contains { $0 != 0 })
    let error = #expect(throws: SaliencyError.self) { try model.explainedInput() }
    #expect(error?.message.contains("2 inputs, 'input_layer', 'input_layer_1'") == true)
    #expect(throws: SaliencyError.self) { try model.selecting(output: "nowhere") }
  }

  @Test("several inputs are explained together")
  func inputsTogether() async throws {
    let folder = FixtureFolder.path + "/text"
    let figure = try await DocumentationSnippets.inputsTogether(
      model: try Model(contentsOf: folder + "/pair.onnx"),
      image: try Tensor(contentsOf: folder + "/pair.image.npy"),
      table: try Tensor(contentsOf: folder + "/pair.table.npy"))
    #expect(figure.rows[0].count == 2)
  }

  @Test("a model is measured, and a limit on memory is kept")
  func measuring() async throws {
    let model = try Model(contentsOf: fixtures + "resnet-basic.onnx")
    let (benchmark, profile) = try await DocumentationSnippets.measuring(model: model)
    #expect(profile.steps.count == benchmark.explainer.plan.stepDescriptions.count)
    #expect(try await DocumentationSnippets.memoryLimit(model: model, shape: [1, 3, 64, 64]) != nil)
    let open = try Model(contentsOf: FixtureFolder.path + "/importer/free-dimensions.onnx")
    #expect(try await DocumentationSnippets.memoryLimit(model: open, shape: [1, 3, 15_000, 15_000]) == nil)
  }

  @Test("one explainer serves several tasks")
  func tasks() async throws {
    let explainer = try await Explainer(model)
    let attributions = try await DocumentationSnippets.tasks(explainer: explainer, image: image)
    #expect(attributions[0].units[0].count == 1)
    #expect(attributions[1].units[0].map(\.index) == [3, 8])
  }

  @Test("a long run is watched")
  func watching() async throws {
    let attribution = try await DocumentationSnippets.watching(model: model, image: image)
    #expect(attribution.provenance.method == "smoothgrad")
  }

  @Test("a service gives an image for an image, tells how far it is, and stops when it is cancelled")
  func serving() async throws {
    let service = try await DocumentationSnippets.ExplanationService(model: model, labels: labels)
    let body = [UInt8](try Data(contentsOf: URL(filePath: imagePath)))
    let png = try await DocumentationSnippets.streaming(service: service, body: body)
    #expect(try Image(decoding: png).width == 64)
    try await DocumentationSnippets.cancelling(service: service, body: body)
    #expect(try await service.overlay(of: body) == png)
    let failures: [(body: [UInt8], target: String, status: Int)] = [
      (Array("no image".utf8), "top", 415), (Array(body.prefix(200)), "top", 400), (body, "tiger", 404),
      ([], "top", 415),
    ]
    for failure in failures {
      do {
        _ = try await service.overlay(of: failure.body, target: failure.target)
        Issue.record("\(failure) is answered")
      } catch {
        let response = DocumentationSnippets.response(to: error)
        #expect(response.status == failure.status, "\(response.message)")
      }
    }
  }

  @Test("an unknown class is an error that can be caught by its code")
  func errors() async throws {
    let explainer = try await Explainer(model)
    let message = try await DocumentationSnippets.errors(
      explainer: explainer, image: image, labels: labels)
    #expect(message.contains("no class is called 'tiger cat'"))
  }

  @Test("a filter in the middle of the network is explained")
  func layers() async throws {
    let (attribution, network) = try await DocumentationSnippets.layers(model: model, input: input)
    #expect(network.layers.count == 41)
    #expect(attribution.provenance.layer == "/layer2/layer2.0/relu_1/Relu")
    #expect(attribution.units[0].map(\.index) == [13])
    #expect(attribution.units[0][0].probability == nil)
  }

  @Test("a gradient modifier of one's own is applied")
  func gradientModifier() async throws {
    let squared = try await DocumentationSnippets.gradientModifier(model: model, input: input)
    let plain = try await Explainer(model, modifier: .none).attribution(of: input)
    #expect(squared.values.values == plain.values.values.map { $0 * $0 })
  }

  @Test("the report tells overridden layers from kept activations")
  func provenance() async throws {
    let attribution = try await Explainer(model, method: .rectified).attribution(of: input)
    #expect(DocumentationSnippets.provenance(attribution: attribution).count == 9)
  }

  @Test("the custom rule lies between guided backpropagation and the gradient")
  func customRule() async throws {
    let gentle = try await DocumentationSnippets.customRule(model: model, input: input)
    #expect(gentle.provenance.method == "gently guided")
    #expect(gentle.provenance.overriddenLayers.count == 9)
    let guided = try await Explainer(model, method: .guided).attribution(of: input)
    let gradient = try await Explainer(model, method: .gradient).attribution(of: input)
    #expect(gentle.values.values != guided.values.values)
    #expect(gentle.values.values != gradient.values.values)
  }

  @Test("a composite of one's own gives the layers their rules")
  func relevance() async throws {
    let own = try await DocumentationSnippets.relevance(model: model, input: input)
    #expect(own.provenance.method == "lrp-mine")
    let conservation = try #require(own.conservation())
    #expect(conservation.explained == Double(own.units[0][0].score))
    let sum = own.values.values.reduce(0) { $0 + Double($1) }
    #expect(abs(conservation.attributed - sum) < 1e-6 * abs(sum))
    let epsilon = try await Explainer(model, method: Method(LayerwiseRelevance())).attribution(of: input)
    #expect(epsilon.values.values != own.values.values)
    let gradient = try await Explainer(model).attribution(of: input)
    #expect(gradient.conservation() == nil)
  }

  @Test("a rule that matches nothing is refused, without talk of rectifiers")
  func ruleWithoutMatch() async {
    let rule = BackpropRule("unmatched") { _, _, _, _ in nil }
    let error = await #expect(throws: SaliencyError.self) {
      try await Explainer(model, method: .custom(rule))
    }
    #expect(error?.code == .methodMatchedNothing)
    #expect(error?.description.contains("no node that it matches") == true)
  }

  @Test("visualizeSaliency gives a heat map of numbers from 0 to 1, of filters and of losses")
  func visualizing() async throws {
    for map in [
      try await DocumentationSnippets.visualizeFilters(model: model, input: input),
      try await DocumentationSnippets.visualizeLosses(model: model, input: input),
    ] {
      #expect(map.shape == [1, 64, 64])
      #expect(map.values.min() == 0 && map.values.max() == 1)
    }
    #expect(DocumentationSnippets.resemblance(to: input).name == "resemblance")
  }

  @Test("preprocessing says where each value comes from, and the explainer uses it")
  func preprocessing() async throws {
    let (preprocessing, explainer) = try await DocumentationSnippets.preprocessing(
      model: model, image: image)
    #expect(preprocessing.mean.value == [0.5])
    #expect(preprocessing.mean.origin == "the training script")
    #expect(preprocessing.size.value == [64, 64])
    #expect(preprocessing.size.origin == "guess from the shape")
    let attribution = try await explainer.attribution(of: image)
    #expect(attribution.input.values == (try preprocessing.tensor(of: image).values))
  }

  @Test("a figure has the image's own pixels")
  func largeFigure() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "figure.png"
    let part = try await DocumentationSnippets.largeFigure(
      explainer: Explainer(model), image: image, figurePath: path)
    #expect(part.height > 200)
    #expect(try Image(contentsOf: path).width > 3 * part.width)
  }

  @Test("a result is made again from its file")
  func again() async throws {
    let folder = try TemporaryFolder()
    let explainer = try await Explainer(
      model, Question(.unit(3), method: Method(parsing: "smoothgrad:samples=2:seed=7")))
    let attribution = try await explainer.attribution(of: image)
    let xmp = try attribution.recipe(input: nil).xmp(description: attribution.caption())
    let bytes = try attribution.overlay().encoded(as: .png, xmp: xmp)
    try Data(bytes).write(to: URL(filePath: folder.path + "result.png"))
    let again = try await DocumentationSnippets.again(
      model: model, input: attribution.input, resultPath: folder.path + "result.png")
    #expect(again.values.values == attribution.values.values && again.units[0][0].index == 3)
  }

  @Test("the shape of the input can be given")
  func openShapes() async throws {
    let explainer = try await DocumentationSnippets.openShapes(model: model)
    #expect(explainer.inputShape == [1, 3, 64, 64])
    #expect(try explainer.preprocessing.size.value == [64, 64])
  }
}
