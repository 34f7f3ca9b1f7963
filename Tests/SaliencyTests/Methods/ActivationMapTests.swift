import SaliencyCore
import Testing

@testable import Saliency

/// How layers lie over an image, and what methods of the CAM family and those of attention do where it does not.
@Suite("Maps of layers")
struct ActivationMapTests {
  private static func model(_ name: String) throws -> (Model, Tensor) {
    let path = FixtureFolder.path + "/" + name
    return (try Model(contentsOf: path + ".onnx"), try Tensor(contentsOf: path + ".input.npy"))
  }

  private static func map(_ method: String, of name: String, _ target: Target = .unit(2)) async throws
    -> Tensor
  {
    let (model, input) = try model(name)
    let explainer = try await Explainer(model, method: Method(parsing: method), inputShape: input.shape)
    return try await explainer.attribution(of: input, target: target).values
  }

  struct Found: Sendable, CustomTestStringConvertible {
    let sentence: String
    let model: String
    let layer: String
    let grid: String

    init(_ sentence: String, _ model: String, _ layer: String, _ grid: String) {
      (self.sentence, self.model, self.layer, self.grid) = (sentence, model, layer, grid)
    }

    var testDescription: String { sentence }
  }

  static let found: [Found] = [
    Found("the last layer before the mean", "maps/simple", "/act2/Relu", "5×4"),
    Found("the last layer with a height and width", "rules/residual", "/Add_1", "7×6"),
    Found(
      "the last tokens before the last attention where a class token is read", "maps/tokens",
      "/block1/norm1/LayerNormalization", "4×3 after 1 token"),
    Found("the last tokens where all are read", "maps/mean-tokens", "/norm/LayerNormalization", "4×3"),
    Found("the last layer with channels last", "maps/channels-last", "/Transpose_1", "4×3"),
    Found(
      "the tokens of torchvision's ViT", "architectures/vit",
      "/encoder/layers/encoder_layer_1/ln_1/LayerNormalization", "4×4 after 1 token"),
    Found("the map of torchvision's Swin", "architectures/swin", "/permute/Transpose", "7×7"),
    Found("the last map of a ResNet", "architectures/resnet-basic", "/layer4/layer4.0/relu_1/Relu", "2×2"),
  ]

  @Test("The layer that is found is", arguments: found)
  func usualLayer(_ found: Found) throws {
    let (model, input) = try Self.model(found.model)
    let layer = try #require(try model.network(inputShape: input.shape).activationLayers.last)
    #expect(layer.layer.name == found.layer && layer.grid.text == found.grid)
  }

  static let networks = [
    "maps/simple", "maps/tokens", "maps/mean-tokens", "maps/channels-last", "rules/residual",
    "architectures/vit",
    "architectures/swin", "architectures/maxvit", "architectures/convnext",
  ]

  @Test(
    "Every method of the family gives a map of the image's size, whatever the network", arguments: networks,
    [
      "grad-cam", "grad-cam++", "hires-cam", "xgrad-cam", "layer-cam", "eigen-cam", "eigengrad-cam",
      "finer-cam",
      "score-cam", "ablation-cam",
    ])
  func everyMethod(network: String, method: String) async throws {
    let map = try await Self.map(method, of: network)
    let (_, input) = try Self.model(network)
    #expect(map.shape == [input.shape[0], 1, input.shape[2], input.shape[3]])
    // Random weights may leave nothing positive in a large network.
    let isSmall = network.hasPrefix("maps/")
    #expect(map.values.allSatisfy { $0 >= 0 } && (!isSmall || map.values.contains { $0 > 0 }))
  }

  @Test("The mean of CAM's map is the score but for the bias", arguments: [0, 1, 4])
  func cam(unit: Int) async throws {
    let (model, input) = try Self.model("maps/simple")
    let explainer = try await Explainer(model, method: Method(CAM()), inputShape: input.shape)
    let attribution = try await explainer.attribution(of: input, target: .unit(unit))
    #expect(attribution.provenance.isSigned)
    let values = attribution.values.values
    let means = (0..<2).map { item in values[item * 80..<item * 80 + 80].reduce(0, +) / 80 }
    let scores = attribution.units.map { $0[0].score }
    // The bias is the same for both images.
    #expect(abs((means[0] - means[1]) - (scores[0] - scores[1])) < 1e-5)
    #expect(abs(means[0] - means[1]) > 1e-3)
  }

  @Test("Several layers are scaled to 0…1 and averaged")
  func fused() async throws {
    for method in ["layer-cam", "ablation-cam"] {
      let both = try await Self.map("\(method):layer=/act1/Relu + /act2/Relu", of: "maps/simple").values
      #expect(both.allSatisfy { 0...1 ~= $0 } && both.contains { $0 > 0.2 })
      let twice = try await Self.map("\(method):layer=/act2/Relu+/act2/Relu", of: "maps/simple").values
      let once = try await Self.map("\(method):layer=/act2/Relu", of: "maps/simple").values
      let scales = zip(once, twice).filter { $0.0 > 1e-3 && $0.0 < 1 }
      #expect(!scales.isEmpty && twice != once)
    }
  }

  @Test(
    "Methods without gradients compile none", arguments: ["score-cam", "ss-cam", "is-cam", "ablation-cam"])
  func forwardOnly(method: String) async throws {
    let (model, input) = try Self.model("maps/simple")
    let explainer = try await Explainer(model, method: Method(parsing: method), inputShape: input.shape)
    #expect(explainer.engine.explanation.graph.nodes.allSatisfy { !($0.operation is TransposedConvolution) })
    #expect(explainer.engine.explanation.attributionOutput == nil)
  }

  @Test("Eigen-CAM takes no gradient and is the same for every class")
  func eigen() async throws {
    let (model, input) = try Self.model("maps/simple")
    let explainer = try await Explainer(model, method: Method(EigenCAM()), inputShape: input.shape)
    #expect(explainer.engine.explanation.graph.nodes.allSatisfy { !($0.operation is TransposedConvolution) })
    let first = try await explainer.attribution(of: input, target: .unit(0)).values.values
    #expect(try await explainer.attribution(of: input, target: .unit(3)).values.values == first)
  }

  @Test("Ablation runs the part behind the layer alone, with what leads around it")
  func tails() async throws {
    for (name, layer, reads) in [("maps/simple", "/act1/Relu", false), ("rules/residual", "/act1/Mul", true)]
    {
      let (model, input) = try Self.model(name)
      let network = try model.network(inputShape: input.shape)
      let position = try #require(network.layers.firstIndex { $0.name == layer })
      let tail = try ExplanationGraph(
        ArrangedModel(model, inputShape: input.shape), .init(subject: .units(of: nil, side: .score)),
        inputShape: input.shape, entry: position)
      let labels = tail.graph.inputs.compactMap { (tail.graph.nodes[$0].operation as? Input)?.label }
      #expect(Set(labels) == (reads ? ["input", Network.activationLabel] : [Network.activationLabel]))
    }
  }

  @Test("Noise is the same for the same seed, and another for another")
  func seeds() async throws {
    func map(_ seed: Int) async throws -> [Float] {
      try await Self.map("ss-cam:samples=3:seed=\(seed)", of: "maps/simple").values
    }
    let first = try await map(1)
    #expect(try await map(1) == first)
    #expect(try await map(2) != first)
  }

  static let attentions: [(String, String, Int)] = [
    ("maps/tokens.onnx", "maps/tokens", 2), ("architectures/vit.onnx", "architectures/vit", 2),
    ("architectures/vit-dynamo.onnx", "architectures/vit", 2),
    ("architectures/swin.onnx", "architectures/swin", 4),
    ("architectures/swin-v2-dynamo.onnx", "architectures/swin-v2", 3),
    ("architectures/maxvit.onnx", "architectures/maxvit", 4),
    ("architectures/einsum-attention.onnx", "architectures/einsum-attention", 1),
    ("architectures/resnet-basic.onnx", "architectures/resnet-basic", 0),
    ("keras/multi-head-self.keras", "keras/multi-head-self", 1),
    ("keras/multi-head-causal.keras", "keras/multi-head-causal", 1),
  ]

  @Test("Attention is found in each form in which files have it", arguments: attentions)
  func attentionIsFound(file: String, input: String, count: Int) throws {
    let shape = try Tensor(contentsOf: FixtureFolder.path + "/\(input).input.npy").shape
    let network = try Model(contentsOf: FixtureFolder.path + "/" + file).network(inputShape: shape)
    #expect(AttentionMatrices(network).matrices.count == count)
  }

  @Test("Attention of a class token to all tokens is 1 together, so that its map has a mean below 1 ÷ places")
  func attention() async throws {
    for network in ["maps/tokens", "architectures/vit"] {
      for method in ["attention", "attention-rollout", "attention-gradient"] {
        let map = try await Self.map(method, of: network).values
        #expect(map.allSatisfy { $0 >= 0 } && map.contains { $0 > 0 })
        guard method != "attention-gradient" else { continue }
        let places: Float = network == "maps/tokens" ? 12 : 16
        #expect(map.reduce(0, +) / Float(map.count) < 1 / places)
      }
    }
  }

  @Test("Gradient × attention tells classes apart, plain attention does not")
  func classes() async throws {
    for (method, differs) in [
      ("attention-gradient", true), ("attention-rollout", false), ("attention", false),
    ] {
      let maps = [
        try await Self.map(method, of: "maps/tokens", .unit(0)).values,
        try await Self.map(method, of: "maps/tokens", .unit(1)).values,
      ]
      #expect((maps[0] != maps[1]) == differs, "\(method)")
    }
  }

  static let refused: [(String, String, [String])] = [
    ("cam", "rules/plain", ["'cam'", "mean over all places", "grad-cam"]),
    ("cam:layer=/act1/Relu", "maps/simple", ["'/act1/Relu'", "something else"]),
    ("cam", "maps/tokens", ["something else"]),
    ("grad-cam:layer=/dense/Gemm", "maps/simple", ["'/dense/Gemm'", "2×5", "'/act2/Relu'"]),
    ("grad-cam:layer=/act3/Relu", "maps/simple", ["'/act3/Relu'", "does not exist"]),
    ("grad-cam:layer=/act2/Relu+/act9/Relu", "maps/simple", ["'/act9/Relu'"]),
    ("score-cam:layer=/dense/Gemm", "maps/simple", ["'/dense/Gemm'", "'/act2/Relu'"]),
    (
      "grad-cam:layer=/block1/attention/weights/Softmax", "maps/tokens",
      ["'/block1/norm1/LayerNormalization'"]
    ),
    ("attention", "maps/simple", ["'attention'", "no softmax between two products", "grad-cam"]),
    ("attention-rollout", "architectures/swin", ["within windows"]),
    ("attention-gradient", "rules/residual", ["there is none"]),
    ("attention:block=2", "maps/tokens", ["attention 2", "from 0 to 1"]),
    ("attention-rollout", "rules/multilabel", ["there is none"]),
  ]

  @Test("What has no map is refused with what has one", arguments: refused)
  func refusal(method: String, network: String, words: [String]) async throws {
    let (model, input) = try Self.model(network)
    let error = await #expect(throws: SaliencyError.self) {
      _ = try await Explainer(model, method: Method(parsing: method), inputShape: input.shape)
    }
    for word in words { #expect(error?.description.contains(word) == true, "\(error?.description ?? "")") }
  }

  @Test(
    "Options that cannot be are refused",
    arguments: [
      ("grad-cam:layer=a++b", "joined by +"), ("finer-cam:classes=0", "'classes'"),
      ("is-cam:steps=0", "'steps'"),
      ("ss-cam:noise=-1", "'noise'"), ("attention-rollout:heads=sum", "mean, max, min"),
      ("attention:block=last", "'block'"), ("blur-ig:deviation=0", "'deviation'"),
      ("guided-ig:fraction=2", "'fraction'"),
    ])
  func options(text: String, word: String) {
    let error = #expect(throws: SaliencyError.self) { try Method(parsing: text) }
    #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
  }
}
