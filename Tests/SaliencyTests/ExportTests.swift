import FileAccess
import FoundationEssentials
import NumPyFormat
import ONNXFormat
import Saliency
import SaliencyCore
import SaliencyImage
import Testing
import func SaliencyTestSupport.relativeError

/// Explanations as ONNX models, read and run again by the package itself. `Scripts/measure-exports.py` runs them in ONNX Runtime.
@Suite("Exported explanations")
struct ExportTests {
  private static let folder = FixtureFolder.path + "/architectures"

  private static func model(_ name: String) throws -> Model {
    try Model(contentsOf: "\(folder)/\(name).onnx")
  }

  private static func input(_ name: String) throws -> Tensor {
    let array = try NumPyArray(contentsOf: "\(folder)/\(name).input.npy")
    return Tensor(shape: array.shape, values: array.values)
  }

  private static func files(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let network: String
    let method: String
    var options = ExportOptions()
    var allowed = 1e-4

    init(
      _ network: String, _ method: String, allowed: Double = 1e-4,
      _ change: (inout ExportOptions) -> Void = { _ in }
    ) {
      (self.network, self.method, self.allowed) = (network, method, allowed)
      change(&options)
    }

    var testDescription: String { "\(network), \(method), \(options)" }
  }

  static let cases: [Case] = [
    Case("resnet-basic", "gradient"),
    Case("resnet-basic", "gradient") { $0.isFast = true },
    Case("resnet-basic", "guided") { $0.target = .top },
    Case("resnet-basic", "lrp:epsilon=0.01") { $0.target = .units([1, 3]) },
    Case("resnet-basic", "gradient") { $0.fixesBatch = true },
    Case("resnet-basic", "gradient") { $0.operatorSet = 21 },
    // Without rectifiers, which rounding would move to the other side of their edge.
    Case("convnext", "gradient", allowed: 0.02) { $0.precision = .half },
    Case("mobilenet-v2", "rectified"),
    Case("mobilenet-v2", "integrated-gradients:steps=3"),
    Case("mobilenet-v2", "grad-cam"),
    Case("googlenet", "input-x-gradient") { $0.isFast = true },
    Case("convnext", "gradient"),
    Case("swin", "integrated-gradients:steps=2:baseline=mean"),
    Case("lstm", "gradient"),
  ]

  @Test("An exported model gives the attribution of its explainer", arguments: cases)
  func attribution(_ test: Case) async throws {
    let input = try Self.input(test.network)
    let explainer = try await Explainer(
      Self.model(test.network), method: Method(parsing: test.method), modifier: .none, inputShape: input.shape
    )
    try await withTemporaryFolder { folder in
      let path = folder + "/explained.onnx"
      try await explainer.export(to: path, options: test.options)
      let error = try await explainer.errorOfExport(at: path, options: test.options, for: input)
      #expect(error <= test.allowed)
      #expect(try Self.files(in: folder) == ["explained.onnx"])
    }
  }

  @Test(
    "An open batch takes any batch, also where the network repeats a token for each item",
    arguments: ["resnet-basic", "vit"])
  func openBatch(_ name: String) async throws {
    let input = try Self.input(name)
    let explainer = try await Explainer(Self.model(name), modifier: .none, inputShape: input.shape)
    let items = [1, 0.5, -1].map { scale in
      Tensor(shape: input.shape, values: input.values.map { $0 * scale })
    }
    var expected: [Float] = []
    for item in items {
      expected += try await explainer.attribution(of: item, target: .unit(1)).values.values
    }
    try await withTemporaryFolder { folder in
      let path = folder + "/explained.onnx"
      var options = ExportOptions()
      options.target = .units([1])
      #expect(try await explainer.export(to: path, options: options).hasOpenBatch)
      let batch = Tensor(shape: [3] + input.shape.dropFirst(), values: items.flatMap(\.values))
      let network = try ONNXModel(contentsOf: path).network(inputShapes: ["input": batch.shape])
      let output = try #require(network.outputs.first { $0.name == "attribution" })
      let executor = try Executor.shared
      let plan = try await executor.compile(network.graph.withOutputs([output.node]))
      let found = try await executor.run(plan, ["input": batch])[0]
      #expect(relativeError(found.values, expected) < 1e-4)
    }
  }

  @Test("A custom rule and a loss leave as well")
  func custom() async throws {
    let input = try Self.input("resnet-basic")
    let model = try Self.model("resnet-basic")
    let rule = BackpropRule("halved") { operation, _, _, gradient in
      operation is Rectifier ? [gradient * 0.5] : nil
    }
    let explainers = [
      try await Explainer(model, method: .custom(rule), modifier: .none, inputShape: input.shape),
      try await Explainer(
        model,
        losses: [(.activationMaximization(filters: [1]), 1), (.activationMaximization(filters: [2]), -0.5)],
        modifier: .none, inputShape: input.shape),
    ]
    for explainer in explainers {
      try await withTemporaryFolder { folder in
        let path = folder + "/explained.onnx"
        try await explainer.export(to: path)
        let error = try await explainer.errorOfExport(at: path, options: ExportOptions(), for: input)
        #expect(error <= 1e-4)
      }
    }
  }

  @Test("The file says what it takes and gives, of what it was made, and names its nodes after the network's")
  func contents() async throws {
    let input = try Self.input("resnet-basic")
    let model = try Self.model("resnet-basic")
    let explainer = try await Explainer(model, method: .guided, inputShape: input.shape)
    try await withTemporaryFolder { folder in
      let path = folder + "/explained.onnx"
      var options = ExportOptions()
      options.includesHeatMap = true
      let report = try await explainer.export(to: path, options: options)
      #expect(report.inputs == ["input", "target"])
      #expect(report.outputs == model.outputs + ["attribution", "heatmap"])
      #expect(report.hasOpenBatch && report.fixedBatchReason == nil)
      let written = try ONNXModel(contentsOf: path)
      #expect(written.inputs.map(\.dimensions) == [[nil] + input.shape.dropFirst().map { $0 }, [nil]])
      #expect(written.metadata["saliency.method"] == "guided")
      #expect(written.metadata["saliency.source_sha256"] == model.digest)
      let nodes = try ONNXModelFile(contentsOf: path).model.graph.node.map(\.name)
      #expect(Set(nodes).count == nodes.count)
      #expect(nodes.contains { $0.hasSuffix("/gradient") || $0.hasSuffix("/guided") })
      // No weight is there twice.
      let sizes = try [path, model.path].map {
        try #require(FileManager.default.attributesOfItem(atPath: $0)[.size] as? Int)
      }
      #expect(Double(sizes[0]) < 1.15 * Double(sizes[1]))
    }
  }

  @Test("The heat map is that of images", arguments: [GradientModifier.absolute, .none])
  func heatMap(_ modifier: GradientModifier) async throws {
    let input = try Self.input("resnet-basic")
    let explainer = try await Explainer(
      Self.model("resnet-basic"), modifier: modifier, inputShape: input.shape)
    let attribution = try await explainer.attribution(of: input, target: .unit(1))
    let expected = try attribution.heatMap().normalized(percentile: 99, scaling: attribution.scaling)
      .values.map { modifier.isSigned ? 0.5 + 0.5 * $0 : $0 }
    try await withTemporaryFolder { folder in
      let path = folder + "/explained.onnx"
      var options = ExportOptions()
      (options.includesHeatMap, options.target) = (true, .units([1]))
      try await explainer.export(to: path, options: options)
      let network = try ONNXModel(contentsOf: path).network(inputShapes: ["input": input.shape])
      let output = try #require(network.outputs.first { $0.name == "heatmap" })
      let executor = try Executor.shared
      let plan = try await executor.compile(network.graph.withOutputs([output.node]))
      let found = try await executor.run(plan, ["input": input])[0]
      #expect(relativeError(found.values, expected) < 1e-4)
    }
  }

  @Test("Weights in files of their own are shared")
  func externalWeights() async throws {
    let input = try Self.input("resnet-basic")
    let network = try Self.model("resnet-basic").network(inputShape: input.shape)
    try await withTemporaryFolder { folder in
      let source = folder + "/network.onnx"
      let graph = network.graph.withOutputs(network.outputs.map(\.node))
      try GraphExporter(graph).model(outputs: [("scores", 0)], file: source).write(to: source, limit: 1_000)
      #expect(try Self.files(in: folder) == ["network.onnx", "network.onnx.data"])

      let explainer = try await Explainer(Model(contentsOf: source), modifier: .none, inputShape: input.shape)
      let path = folder + "/explained.onnx"
      try await explainer.export(to: path)
      let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
      let byteCount = try #require(size)
      #expect(byteCount < 60_000)
      let error = try await explainer.errorOfExport(at: path, options: ExportOptions(), for: input)
      #expect(error <= 1e-4)
      #expect(try Self.files(in: folder).count == 3)
    }
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let about: String
    let message: String
    var method = "gradient"
    var path: String?
    let change: @Sendable (inout ExportOptions) -> Void

    init(
      _ about: String, _ message: String, method: String = "gradient", path: String? = nil,
      _ change: @escaping @Sendable (inout ExportOptions) -> Void = { _ in }
    ) {
      (self.about, self.message, self.method, self.path, self.change) = (about, message, method, path, change)
    }

    var testDescription: String { about }
  }

  static let refusals = [
    Refusal("a method that is no graph", "which is no single graph", method: "occlusion"),
    Refusal("an operator set that is too old", "models can be written for sets 17 to 21") {
      $0.operatorSet = 12
    },
    Refusal("a unit that does not exist", "unit 99 does not exist") { $0.target = .units([99]) },
    Refusal("a folder that does not exist", "cannot be written", path: "/nowhere/explained.onnx"),
  ]

  @Test("What cannot be exported is refused, and nothing is written", arguments: refusals)
  func refusal(_ test: Refusal) async throws {
    let input = try Self.input("resnet-basic")
    let explainer = try await Explainer(
      Self.model("resnet-basic"), method: Method(parsing: test.method), inputShape: input.shape)
    var options = ExportOptions()
    test.change(&options)
    try await withTemporaryFolder { folder in
      do {
        try await explainer.export(to: test.path ?? folder + "/explained.onnx", options: options)
        Issue.record("it was exported")
      } catch {
        #expect("\(error)".contains(test.message))
      }
      let files = try Self.files(in: folder)
      #expect(files.isEmpty)
    }
  }

  @Test("Every half-precision number is the nearest to itself, and halves are rounded to even")
  func halves() {
    for bits in UInt16.min...UInt16.max where bits & 0x7C00 != 0x7C00 {
      #expect(Float(halfBits: bits).halfBits == bits)
    }
    #expect((1 + Float(0x1p-11)).halfBits == 0x3C00)
    #expect((1 + 3 * Float(0x1p-11)).halfBits == 0x3C02)
    #expect(Float(70_000).halfBits == 0x7BFF)
    #expect(Float.infinity.halfBits == 0x7C00)
    #expect(Float(0x1p-25).halfBits == 0)
    #expect(Float(0x1.8p-25).halfBits == 1)
  }
}
