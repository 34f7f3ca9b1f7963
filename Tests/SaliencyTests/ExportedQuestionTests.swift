import FoundationEssentials
import ONNXFormat
@testable import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// What is exported is what `Explainer` explains: of networks whose items lie anywhere, of boxes, and of integers.
@Suite("Exported questions")
struct ExportedQuestionTests {
  private static func numbers(_ shape: Shape) -> Tensor {
    Tensor(shape: shape, values: ArrangedNetwork.numbers(shape.elementCount, seed: 11))
  }

  /// The file of an explanation, read again, after it was held against the explainer.
  private static func exported(
    _ model: Model, _ question: Question, _ input: Tensor, _ change: (inout ExportOptions) -> Void = { _ in }
  ) async throws -> ONNXModel {
    var options = ExportOptions()
    change(&options)
    let explainer = try await Explainer(model, question, inputShape: input.shape)
    return try await withTemporaryFolder { [options] folder in
      let path = folder + "/explained.onnx"
      try await explainer.export(to: path, options: options)
      let error = try await explainer.errorOfExport(at: path, options: options, for: input)
      #expect(error <= 1e-4)
      return try ONNXModel(contentsOf: path)
    }
  }

  /// What an exported model gives.
  private static func attribution(of input: Tensor, in model: ONNXModel) async throws -> Tensor {
    let network = try model.network(inputShapes: [model.inputs[0].name: input.shape])
    let output = try #require(network.outputs.first { $0.name == "attribution" })
    let executor = try Executor.shared
    let plan = try await executor.compile(network.graph.withOutputs([output.node]))
    return try await executor.run(plan, [model.inputs[0].name: input])[0]
  }

  @Test(
    "A model takes and gives tensors as the network has them, whatever axis its items lie along",
    arguments: ArrangedNetwork.series + ArrangedNetwork.images, ["gradient", "input-x-gradient"])
  func layouts(_ network: ArrangedNetwork, _ method: String) async throws {
    let model = try Model(bytes: network.file)
    let question = Question(method: try Method(parsing: method), modifier: .none)
    for count in network.fixedCount.map({ [$0] }) ?? (network.itemAxis == nil ? [1] : [1, 2]) {
      let shape = network.extents.enumerated().map {
        $0.offset == network.itemAxis ? count : $0.element!
      }
      for target in [nil, Target.unit(1), .top] {
        let written = try await Self.exported(model, question, Self.numbers(shape)) { $0.target = target }
        #expect(written.inputs[0].dimensions == network.extents)
        #expect(written.inputs.count == (target == nil ? 2 : 1))
      }
    }
  }

  @Test("A batch along the second axis stays open, also for methods of many samples")
  func openBatch() async throws {
    let network = ArrangedNetwork.series[1]
    let model = try Model(bytes: network.file)
    let question = Question(method: try Method(parsing: "integrated-gradients:steps=3"), modifier: .none)
    let written = try await Self.exported(model, question, Self.numbers([4, 1, 3])) { $0.target = .unit(1) }
    let input = Self.numbers([4, 5, 3])
    let expected = try await Explainer(model, question, inputShape: input.shape)
      .attribution(of: input, target: .unit(1))
    let found = try await Self.attribution(of: input, in: written)
    #expect(relativeError(found.values, expected.values.values) < 1e-4)
  }

  @Test("The best box of a detector is chosen by the model itself", arguments: DetectorTests.networks)
  func boxes(_ network: DetectorTests.Network) async throws {
    let (model, input) = (try network.model, try network.input)
    for asked in network.questions where asked.target.hasPrefix("box:0") {
      var question = Question(side: try #require(OutputSide(rawValue: asked.side)), modifier: .none)
      question.detection = network.settings
      let target = try Target(parsing: asked.target)
      question.target = target
      let written: ONNXModel
      do {
        written = try await Self.exported(model, question, input) { $0.target = target }
      } catch let error as SaliencyError {
        #expect("\(error)".contains("pixels or shares"), "\(asked.target): \(error)")
        #expect(target != .box(0))
        continue
      }
      let expected = try Tensor(contentsOf: DetectorTests.path(asked.expected)).values
      let found = try await Self.attribution(of: input, in: written)
      #expect(relativeError(found.values, expected) < 2e-5, "\(asked.target)")
    }
  }

  @Test("The best unit of a detector is its best box, for each item, and nothing where no box counts")
  func bestBox() async throws {
    let network = try DetectorTests.network("yolov8-named")
    let (model, input) = (try network.model, try network.input)
    let written = try await Self.exported(model, Question(modifier: .none), input) { $0.target = .top }
    let both = Tensor(
      shape: [2] + input.shape.dropFirst(), values: input.values + input.values.map { $0 * 0.7 })
    let expected = try await Explainer(model, Question(.box(0), modifier: .none), inputShape: both.shape)
      .attribution(of: both)
    let found = try await Self.attribution(of: both, in: written)
    #expect(relativeError(found.values, expected.values.values) < 2e-5)

    var strict = Question(.box(0), modifier: .none)
    strict.detection.score = 0.9999
    let explainer = try await Explainer(model, strict, inputShape: input.shape)
    try await withTemporaryFolder { folder in
      let path = folder + "/explained.onnx"
      var options = ExportOptions()
      options.target = .box(0)
      try await explainer.export(to: path, options: options)
      let values = try await Self.attribution(of: input, in: ONNXModel(contentsOf: path)).values
      #expect(values.allSatisfy { $0 == 0 })
    }
  }

  @Test("Units of a detector are exported where they are asked, and where whoever runs the model says them")
  func units() async throws {
    let network = try DetectorTests.network("yolov8-named")
    let (model, input) = (try network.model, try network.input)
    let row = Target.unit(4, at: .index(network.detections[0].candidate))
    _ = try await Self.exported(model, Question(modifier: .none), input) { $0.target = row }
    let dynamic = try await Self.exported(model, Question(modifier: .none), input)
    #expect(dynamic.inputs.count == 2)
  }

  @Test(
    "Boxes that no graph can choose are refused, and nothing is written",
    arguments: [("box:1", "leaving out those that overlap"), ("top:2", "leaving out those that overlap")])
  func refusedBoxes(_ target: String, _ message: String) async throws {
    let network = try DetectorTests.network("yolov8")
    let explainer = try await Explainer(network.model, inputShape: network.input.shape)
    var options = ExportOptions()
    options.target = try Target(parsing: target)
    try await withTemporaryFolder { [options] folder in
      do {
        try await explainer.export(to: folder + "/explained.onnx", options: options)
        Issue.record("it was exported")
      } catch {
        #expect("\(error)".contains(message) && "\(error)".contains("box:0"), "\(error)")
      }
      let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(files.isEmpty)
    }
  }

  /// A network of integers: of each an embedding's row, or a number.
  private static func ofIntegers(_ type: MadeModel.ElementType, rows: Bool) -> [UInt8] {
    var made = MadeModel()
    made.input("ids", [nil, 4], type)
    if rows {
      made.weight("table", [300, 2], ArrangedNetwork.numbers(600, seed: 3))
      made.node("Gather", ["table", "ids"], ["numbers"])
    } else {
      made.integers("axes", [1], [2])
      made.node("Cast", ["ids"], ["single"], ["to": .integer(1)])
      made.node("Unsqueeze", ["single", "axes"], ["numbers"])
    }
    made.node("Tanh", ["numbers"], ["h"])
    made.node("ReduceMean", ["h"], ["y"], ["axes": .integers([1]), "keepdims": .integer(0)])
    made.output("y")
    return made.file
  }

  @Test(
    "Inputs of integers take integers",
    arguments: [
      (MadeModel.ElementType.int64, "int64", true), (.int32, "int32", true), (.uint8, "uint8", false),
      (.int8, "int8", false), (.int64, "int64", false),
    ])
  func integers(_ type: MadeModel.ElementType, _ name: String, _ rows: Bool) async throws {
    let model = try Model(bytes: Self.ofIntegers(type, rows: rows))
    let input = Tensor(shape: [2, 4], values: [1, 0, 3, 2, 0, 100, 1, 1])
    let question = Question(method: .gradient, modifier: .none)
    let written = try await Self.exported(model, question, input) { $0.target = .unit(0) }
    #expect(written.inputs.map(\.elementType) == [name])
    #expect(written.inputs[0].dimensions == [nil, 4])
  }

  @Test("Integers that half precision does not have are refused in it")
  func halves() async throws {
    let model = try Model(bytes: Self.ofIntegers(.int64, rows: true))
    let explainer = try await Explainer(model, inputShape: [1, 4])
    var options = ExportOptions()
    options.precision = .half
    try await withTemporaryFolder { [options] folder in
      do {
        try await explainer.export(to: folder + "/explained.onnx", options: options)
        Issue.record("it was exported")
      } catch {
        #expect("\(error)".contains("input 'ids'") && "\(error)".contains("fp32"), "\(error)")
      }
      let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(files.isEmpty)
    }
    let bytes = try Model(bytes: Self.ofIntegers(.uint8, rows: false))
    let small = try await Explainer(bytes, Question(modifier: .none), inputShape: [1, 4])
    try await withTemporaryFolder { [options] folder in
      try await small.export(to: folder + "/explained.onnx", options: options)
      let written = try ONNXModel(contentsOf: folder + "/explained.onnx")
      #expect(written.inputs[0].elementType == "uint8")
    }
  }
}
