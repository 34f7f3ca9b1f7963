import FoundationEssentials
@testable import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// Detectors in the forms that real ones have, held to torchvision's suppression and to automatic differentiation in double precision.
@Suite("Detectors")
struct DetectorTests {
  struct Network: Decodable, Sendable, CustomTestStringConvertible {
    struct Box: Decodable, Sendable {
      let `class`: Int
      let score: Float
      let box: [Float]
      let candidate: Int
    }

    struct Question: Decodable, Sendable {
      let target: String
      let side: String
      let expected: String
      let value: Double
    }

    struct Likeness: Decodable, Sendable {
      let method: String
      let expected: String
    }

    let name: String
    let form: String
    let origin: String
    let detector: String?
    let detections: [Box]
    let questions: [Question]
    let likeness: Likeness?

    var testDescription: String { name }

    var model: Model { get throws { try Model(contentsOf: DetectorTests.path(name + ".onnx")) } }
    var input: Tensor { get throws { try Tensor(contentsOf: DetectorTests.path(name + ".input.npy")) } }
    var settings: DetectionSettings {
      var settings = DetectionSettings()
      settings.detector = detector
      return settings
    }
  }

  private struct Index: Decodable { let fixtures: [Network] }

  static func path(_ file: String) -> String { FixtureFolder.path + "/detectors/" + file }

  static let networks: [Network] =
    (try? FixtureFolder.decoded(Index.self, from: "detectors/index.json"))?.fixtures ?? []

  static func network(_ name: String) throws -> Network {
    try #require(networks.first { $0.name == name })
  }

  @Test("There is a network of every form")
  func forms() {
    #expect(Set(Self.networks.map(\.form)) == Set(Detector.formNames))
  }

  @Test("Boxes are those of torchvision's suppression", arguments: networks)
  func boxes(_ network: Network) async throws {
    let input = try network.input
    let predictor = try await Predictor(
      network.model, inputShape: input.shape, detection: network.settings)
    let detector = try #require(predictor.detector)
    #expect(detector.form == network.form && detector.origin.rawValue == network.origin)
    let found = try await predictor.detections(for: input)[0]
    #expect(found.map(\.classIndex) == network.detections.map(\.class))
    #expect(found.map(\.candidate) == network.detections.map(\.candidate))
    #expect(found.map(\.number) == Array(found.indices))
    for (box, expected) in zip(found, network.detections) {
      #expect(abs(box.score - expected.score) < 2e-5)
      let corners = [box.box.x1, box.box.y1, box.box.x2, box.box.y2]
      #expect(relativeError(corners, expected.box) < 2e-5)
    }
  }

  @Test("Gradients of a box's numbers are those of automatic differentiation", arguments: networks)
  func gradients(_ network: Network) async throws {
    let (model, input) = (try network.model, try network.input)
    for question in network.questions {
      var asked = Question(
        try Target(parsing: question.target), side: try #require(OutputSide(rawValue: question.side)),
        modifier: .none)
      asked.detection = network.settings
      let attribution = try await Explainer(model, asked, inputShape: input.shape).attribution(of: input)
      let expected = try Tensor(contentsOf: Self.path(question.expected)).values
      #expect(relativeError(attribution.values.values, expected) < 2e-5, "\(question.target)")
      let unit = attribution.units[0][0]
      let value = question.side == "probability" ? unit.probability : unit.score
      #expect(abs(Double(try #require(value)) - question.value) < 1e-4 * max(1, abs(question.value)))
      #expect(attribution.detections[0].count == network.detections.count)
    }
  }

  static let likenesses = networks.filter { $0.likeness != nil }

  @Test("D-RISE is its formula in PyTorch, draw by draw", arguments: likenesses)
  func likeness(_ network: Network) async throws {
    let (input, likeness) = (try network.input, try #require(network.likeness))
    var asked = Question(.box(0), method: try Method(parsing: likeness.method), modifier: .none)
    asked.detection = network.settings
    let attribution = try await Explainer(network.model, asked, inputShape: input.shape)
      .attribution(of: input)
    let expected = try Tensor(contentsOf: Self.path(likeness.expected)).values
    #expect(relativeError(attribution.values.values, expected) < 2e-5)
  }

  @Test("A recipe makes a map of a box again, with all of the method's options")
  func recipes() async throws {
    let network = try Self.network("yolov5")
    let (model, input) = (try network.model, try network.input)
    let text = "d-rise:masks=5:cells=3:share=0.4:seed=2"
    let asked = Question(.box(1), method: try Method(parsing: text))
    let attribution = try await Explainer(model, asked, inputShape: input.shape).attribution(of: input)
    let recipe = Recipe(
      attribution.provenance.resolvedQuestion, model: Recipe.File(path: "a.onnx", sha256: "0"), input: nil)
    let read = try Recipe(json: Array(recipe.json().utf8), path: "recipe.json")
    #expect(read.question.method.fullSpecification == text && read.question.target == .box(1))
    let again = try await Explainer(model, read.question, inputShape: input.shape).attribution(of: input)
    #expect(again.values.values.map(\.bitPattern) == attribution.values.values.map(\.bitPattern))
    #expect(again.units == attribution.units && again.detections == attribution.detections)
  }

  @Test("Without a target the best box of what is certainly a detector is meant, and units stay to be asked")
  func usualTarget() async throws {
    let network = try Self.network("yolov8")
    let (model, input) = (try network.model, try network.input)
    let explainer = try await Explainer(model, Question(modifier: .none), inputShape: input.shape)
    let best = try await explainer.attribution(of: input)
    #expect(best.units[0].map(\.detection?.number) == [0])
    #expect(best.provenance.question.target == .box(0))
    #expect(best.units[0][0].index == network.detections[0].class)
    #expect(best.caption().contains("box 0"))
    let top = try await explainer.attributions(of: input, eachOf: .top(2))
    #expect(top.map { $0.units[0][0].detection?.number } == [0, 1])
    // Class 1 at the place of the best box is a row of the output as it stands, after its sigmoid.
    let place = network.detections[0].candidate
    let row = try await explainer.attribution(
      of: input, target: .unit(4 + network.detections[0].class, at: .index(place)))
    #expect(row.units[0][0].detection == nil)
    #expect(abs(row.units[0][0].score - network.detections[0].score) < 2e-5)
    // And a box is asked of an explainer of units.
    let units = try await Explainer(model, Question(.unit(5), modifier: .none), inputShape: input.shape)
    let second = try await units.attribution(of: input, target: .box(1))
    #expect(second.units[0][0].detection?.number == 1)
  }

  @Test("Names are those of the classes, for boxes and for rows")
  func names() async throws {
    let network = try Self.network("yolov8-named")
    let (model, input) = (try network.model, try network.input)
    let names = ["cat", "dog", "bird"]
    let best = network.detections[0]
    let explainer = try await Explainer(model, inputShape: input.shape)
    try explainer.check(Labels(names))
    #expect(throws: SaliencyError.self) { try explainer.check(Labels(Array(names.dropLast()))) }
    let rows = try await Explainer(
      model, Question(try Target(parsing: "\(names[best.class])@\(best.candidate)")), inputShape: input.shape)
    try rows.check(Labels(names))
    #expect(throws: SaliencyError.self) { try rows.check(Labels(["cat"])) }
    #expect(try await explainer.attribution(of: input).units[0][0].name == names[best.class])
    let row = try await explainer.attribution(
      of: input, target: Target(parsing: "\(names[best.class])@\(best.candidate)"))
    #expect(row.units[0][0].index == 4 + best.class && row.units[0][0].name == names[best.class])
  }

  @Test("The box that is asked stays the same for baselines and samples, and checks hold")
  func checks() async throws {
    for name in ["yolov8", "yolov5", "yolov10", "detr"] {
      let network = try Self.network(name)
      let (model, input) = (try network.model, try network.input)
      for method in ["gradient", "integrated-gradients:steps=400"] {
        var asked = Question(.box(1), method: try Method(parsing: method), modifier: .none)
        asked.detection = network.settings
        let attribution = try await Explainer(model, asked, inputShape: input.shape).attribution(of: input)
        let checks = try await AttributionChecker(model, asked, inputShape: input.shape).checks(
          of: attribution)
        #expect(checks[0].verdict == .holds, "\(name) \(method): \(checks[0].text)")
      }
    }
  }

  @Test("Boxes are chosen for each item of a batch")
  func batches() async throws {
    let network = try Self.network("yolov8-named")
    let input = try network.input
    var dark = input.values
    for index in dark.indices { dark[index] *= 0.7 }
    let other = Tensor(shape: input.shape, values: dark)
    let both = Tensor(joining: [input, other])
    let predictor = try await Predictor(network.model, inputShape: both.shape)
    let single = try await Predictor(network.model, inputShape: input.shape)
    let found = try await predictor.detections(for: both)
    let expected = try await [single.detections(for: input)[0], single.detections(for: other)[0]]
    #expect(found.map { $0.map(\.candidate) } == expected.map { $0.map(\.candidate) })
    let question = Question(.box(1), modifier: .none)
    let maps = try await Explainer(network.model, question, inputShape: both.shape).attribution(of: both)
    let map = try await Explainer(network.model, question, inputShape: input.shape).attribution(of: other)
    #expect(relativeError(maps.values.items(in: 1..<2).values, map.values.values) < 2e-5)
  }

  @Test("The usual layer of a box is the finest map that feeds all of the head, and no box coordinates")
  func usualLayer() async throws {
    for (name, grid) in [
      ("yolov8", [8, 10]), ("yolov5", [8, 10]), ("ssd", [8, 10]), ("yolox", [8, 4]),
    ] {
      let network = try Self.network(name)
      let input = try network.input
      var asked = Question(.box(0), method: Method(GradCAM()))
      asked.detection = network.settings
      let attribution = try await Explainer(network.model, asked, inputShape: input.shape).attribution(
        of: input)
      let layer = try #require(attribution.provenance.methodLayers.first)
      #expect(layer.contains("backbone"), "\(name): \(layer)")
      let roles = try network.model.network(inputShape: input.shape).layers.first { $0.name == layer }
      #expect(roles.map { Array($0.shape[2...3]) } == grid, "\(name): \(layer)")
      #expect(attribution.values.values.contains { $0 > 0 })
    }
  }

  @Test("The usual layer of a box of queries is the last grid that they attend to")
  func layerOfQueries() async throws {
    let network = try Self.network("detr")
    let input = try network.input
    var asked = Question(.box(0), method: Method(LayerCAM()))
    asked.detection = network.settings
    let attribution = try await Explainer(network.model, asked, inputShape: input.shape).attribution(
      of: input)
    let name = try #require(attribution.provenance.methodLayers.first)
    let layer = try network.model.network(inputShape: input.shape).layers.first { $0.name == name }
    // 4×5 cells of 8 channels, as a map or as tokens.
    #expect(layer?.shape.elementCount == 160, "\(name)")
  }

  struct BadQuestion: Sendable, CustomTestStringConvertible {
    let about: String
    let network: String
    var target = "box:0"
    var detector: String?
    var method = "gradient"
    /// How the message begins, without the model's path before it.
    let message: String

    var testDescription: String { about }
  }

  static let badQuestions = [
    BadQuestion(
      about: "a box beyond the last", network: "detr", target: "box:9", detector: "detr",
      message:
        "box 9 does not exist; there are 4 boxes, box:0 to box:3, with a score above 0.25; a lower --score gives more"
    ),
    BadQuestion(
      about: "objectness of a detector without it", network: "yolov8", target: "box:0/objectness",
      message:
        "'box:0/objectness': this detector has no score for objectness, only for classes; leave out what follows the /"
    ),
    BadQuestion(
      about: "a number that boxes do not have", network: "yolov8", target: "box:0/z",
      message:
        "'box:0/z': 'z' is no number of a box; there are class, objectness, x1, y1, x2, y2, cx, cy, width, height"
    ),
    BadQuestion(
      about: "a box without a number", network: "yolov8", target: "box:",
      message:
        "'box:' is no target; behind box: stands the number of a box, from 0 on, as in box:2 or box:2/x1"),
    BadQuestion(
      about: "a negative box", network: "yolov8", target: "box:-1",
      message: "'box:-1' is no target; behind box: stands the number of a box, from 0 on"),
    BadQuestion(
      about: "a box and a unit together", network: "yolov8", target: "box:0,5@3",
      message: "'box:0,5@3' names a box and a unit of the output; ask for boxes, or for units"),
    BadQuestion(
      about: "a form that the outputs do not have", network: "yolov8", detector: "detr",
      message: "the outputs ('output0' 1×7×100) do not have the form of detector 'detr'"),
    BadQuestion(
      about: "a form that does not exist", network: "yolov8", detector: "yolo99",
      message: "there is no detector 'yolo99'; there are suppressed, end-to-end, detr"),
    BadQuestion(
      about: "D-RISE of a unit", network: "yolov8", target: "5@3", method: "d-rise:masks=2",
      message: "method 'd-rise' is about one box of a detector; ask for it, as in box:0, or take rise"),
    BadQuestion(
      about: "D-RISE of a coordinate", network: "yolov8", target: "box:0/x1", method: "d-rise:masks=2",
      message: "method 'd-rise' is about a box as a whole, its place and its class; ask for it as box:0"),
  ]

  @Test("What cannot be asked is refused in words that help", arguments: badQuestions)
  func refusals(_ question: BadQuestion) async throws {
    let network = try Self.network(question.network)
    let (model, input) = (try network.model, try network.input)
    let error = await #expect(throws: SaliencyError.self) {
      var asked = Question(
        try Target(parsing: question.target), method: try Method(parsing: question.method))
      asked.detection.detector = question.detector
      _ = try await Explainer(model, asked, inputShape: input.shape).attribution(of: input)
    }
    let message = error?.description.replacing(model.path + ": ", with: "") ?? ""
    #expect(message.hasPrefix(question.message), "\(message)")
  }

  @Test(
    "Names of classes name a detector's raw numbers behind those of the box, without a class that means nothing",
    arguments: [
      ("yolov8", [nil, nil, nil, nil, "a", "b", "c"]), ("yolov5", [nil, nil, nil, nil, nil, "a", "b", "c"]),
      ("yolox", [nil, nil, nil, nil, nil, "a", "b"]), ("detr", ["a", "b", "c", nil]),
      ("rt-detr", ["a", "b", "c"]), ("ssd", [nil, "a", "b", "c"]),
    ] as [(String, [String?])])
  func rawNames(_ name: String, _ expected: [String?]) async throws {
    let network = try Self.network(name)
    let (model, input) = (try network.model, try network.input)
    let explainer = try await Explainer(model, Question(.unit(0, at: .index(0))), inputShape: input.shape)
    let labels = Labels(expected.filter { $0 != nil })
    try explainer.check(labels)
    #expect(explainer.unitCount == expected.count)
    for unit in expected.indices {
      let found = try await explainer.attribution(
        of: input, target: .unit(unit, at: .index(0)), labels: labels
      ).units[0][0]
      #expect(found.name == expected[unit] && found.index == unit)
    }
    let fewer = Labels(expected.filter { $0 != nil }.dropLast(2) + [])
    #expect(throws: SaliencyError.self) { try explainer.check(fewer) }
  }

  @Test("Figures call numbers probabilities only where all of them are")
  func captions() async throws {
    let network = try Self.network("yolov8")
    let (model, input) = (try network.model, try network.input)
    let explainer = try await Explainer(model, Question(.box(0)), inputShape: input.shape)
    for (targets, numbers) in [
      (["box:0", "box:1"], "probabilities"), (["box:0", "box:0/x1"], "numbers"),
      (["box:0/x1", "box:0/height"], "coordinates"),
    ] {
      var row: [Attribution] = []
      for target in targets {
        row.append(try await explainer.attribution(of: input, target: Target(parsing: target)))
      }
      #expect(try Figure(comparing: [row]).caption?.hasPrefix("\(numbers) in brackets · ") == true)
    }
  }

  @Test("A network that is no detector is refused with the names of forms")
  func noDetector() async throws {
    let model = try Model(contentsOf: FixtureFolder.path + "/axes/segmentation.onnx")
    let error = await #expect(throws: SaliencyError.self) {
      _ = try await Explainer(model, Question(.box(0)))
    }
    #expect(
      error?.description.contains(
        "not recognized as a detector's; say which it is with --detector: suppressed, end-to-end, ")
        == true)
    let predictor = try await Predictor(model)
    #expect(predictor.detector == nil)
  }

  @Test("Questions about boxes are written and read again")
  func writing() throws {
    for text in ["box:0", "box:12/objectness", "box:1/x1", "box:0,box:1", "box:3/width"] {
      #expect(try Target(parsing: text).description == text)
    }
    #expect(try Target(parsing: "box:2/class") == .box(2))
    #expect(try Target(parsing: "name=box:2").isOfBoxes == false)
    var question = Question(.box(2, .objectness))
    question.detection.detector = "yolox"
    question.detection.score = 0.5
    let read = try JSONDecoder().decode(Question.self, from: JSONEncoder().encode(question))
    #expect(read.target == .box(2, .objectness) && read.detection == question.detection)
    for text in [#"{"detection": {"score": 2}}"#, #"{"detection": {"detector": "none"}}"#] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(Question.self, from: Data(text.utf8))
      }
    }
  }

  @Test("A written model explains rows of a detector and its best box, and no other")
  func exports() async throws {
    let network = try Self.network("yolov8")
    let (model, input) = (try network.model, try network.input)
    let explainer = try await Explainer(model, Question(modifier: .none), inputShape: input.shape)
    try await withTemporaryFolder { folder in
      var options = ExportOptions()
      options.target = .unit(5, at: .index(17))
      _ = try await explainer.export(to: folder + "/explained.onnx", options: options)
      let error = try await explainer.errorOfExport(
        at: folder + "/explained.onnx", options: options, for: input)
      #expect(error < 2e-5)
      options.target = .box(1)
      await #expect(throws: SaliencyError.self) {
        _ = try await explainer.export(to: folder + "/box.onnx", options: options)
      }
    }
  }
}
