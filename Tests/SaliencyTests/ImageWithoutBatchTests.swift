import Saliency
import SaliencyCore
import SaliencyImage
import SaliencyTestSupport
import Testing

/// Networks that take one image of channels×height×width, as torchvision's detectors are exported, and resize it themselves.
@Suite("Images without a batch")
struct ImageWithoutBatchTests {
  /// Two classes of an image of 3×10×12, which the network makes 15×16; or of a batch of them.
  private static func model(hasBatch: Bool, isLast: Bool = false) throws -> Model {
    var made = MadeModel()
    let extents = isLast ? [10, 12, 3] : [3, 10, 12]
    made.input("image", hasBatch ? [1] + extents : extents)
    made.integers("front", [1], [0])
    made.integers("sizes", [4], [1, 3, 15, 16])
    made.weight("w", [4, 3, 3, 3], (0..<108).map { Float(($0 * 37) % 19 - 9) / 10 })
    made.weight("v", [4, 2], [1, -1, 0.5, 2, -1.5, 0.25, 0.75, -0.5])
    let order = hasBatch ? [0, 3, 1, 2] : [2, 0, 1]
    if isLast { made.node("Transpose", ["image"], ["planes"], ["perm": .integers(order)]) }
    let planes = isLast ? "planes" : "image"
    if !hasBatch { made.node("Unsqueeze", [planes, "front"], ["batch"]) }
    made.node(
      "Resize", [hasBatch ? planes : "batch", "", "", "sizes"], ["larger"], ["mode": .text("linear")])
    made.node("Conv", ["larger", "w"], ["conv"])
    made.node("Relu", ["conv"], ["relu"])
    made.node("GlobalAveragePool", ["relu"], ["pooled"])
    made.node("Flatten", ["pooled"], ["flat"])
    made.node("MatMul", ["flat", "v"], ["y"])
    made.output("y")
    return try Model(bytes: made.file, name: "made.onnx")
  }

  private static let image: Image = {
    var image = Image(width: 30, height: 20, filledWith: Color(gray: 0))
    for y in 0..<20 {
      for x in 0..<30 {
        image[x, y] = Color(red: UInt8(x * 8), green: UInt8(y * 12), blue: UInt8((x * y) % 256))
      }
    }
    return image
  }()

  @Test(
    "Windows behind a change of size prove height and width, and an image is taken",
    arguments: [false, true])
  func image(isLast: Bool) async throws {
    let model = try Self.model(hasBatch: false, isLast: isLast)
    let preprocessing = try model.preprocessing()
    #expect(!preprocessing.hasBatch)
    #expect(preprocessing.size.value == [10, 12])
    let explainer = try await Explainer(model, method: .gradient, modifier: .none)
    #expect(explainer.provenance.resolved.input.roles.letters == (isLast ? "HWC" : "CHW"))
    let alone = try await explainer.attribution(of: Self.image, target: .unit(1))
    let batched = try await Explainer(
      Self.model(hasBatch: true, isLast: isLast), method: .gradient, modifier: .none
    ).attribution(of: Self.image, target: .unit(1))
    #expect(alone.values.shape == (isLast ? [10, 12, 3] : [3, 10, 12]))
    #expect(relativeError(alone.values.values, batched.values.values) < 1e-6)
    #expect(try alone.overlay().pixels == batched.overlay().pixels)
    #expect(try alone.figure().rendered().pixels == batched.figure().rendered().pixels)
  }

  @Test(
    "Class activation maps lie over it", arguments: ["grad-cam", "layer-cam", "occlusion:window=4:stride=3"])
  func maps(method: String) async throws {
    let question = Question(.unit(1), method: try Method(parsing: method), modifier: .none)
    let alone = try await Explainer(Self.model(hasBatch: false), question).attribution(of: Self.image)
    let batched = try await Explainer(Self.model(hasBatch: true), question).attribution(of: Self.image)
    #expect(alone.values.shape == [1, 10, 12])
    #expect(relativeError(alone.values.values, batched.values.values) < 1e-5)
  }

  @Test("Its activation is maximized as that of a batch is")
  func maximized() async throws {
    var settings = ActivationMaximization.plain
    settings.steps = 3
    let alone = try await settings.maximize(.unit(1), in: Self.model(hasBatch: false))
    let batched = try await settings.maximize(.unit(1), in: Self.model(hasBatch: true))
    #expect(alone.input.shape == [3, 10, 12])
    #expect(relativeError(alone.input.values, batched.input.values) < 1e-5)
    #expect(alone.image?.pixels == batched.image?.pixels)
  }

  @Test("Three axes that are no image are told so, and how to say that they are")
  func refused() throws {
    var made = MadeModel()
    made.input("rows", [3, 10, 12])
    made.weight("w", [12, 2], (0..<24).map { Float($0) })
    made.node("MatMul", ["rows", "w"], ["y"])
    made.output("y")
    let model = try Model(bytes: made.file, name: "rows.onnx")
    let error = #expect(throws: SaliencyError.self) { try model.preprocessing() }
    #expect(error?.message.contains("3×10×12") == true)
    #expect(error?.message.contains("say that its axes are CHW or HWC") == true)
  }
}
