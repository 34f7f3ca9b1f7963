import LibC
import Saliency
import SaliencyCore
import SaliencyTestSupport
import Testing

/// Detectors whose scores come with an activation, or without it.
@Suite("Activations of detectors")
struct ActivatedHeadTests {
  /// Three queries of three classes and none, of images of 3×8×8; with a softmax of its own or without one.
  private static func queries(hasSoftmax: Bool) throws -> Model {
    func numbers(_ count: Int, _ step: Int) -> [Float] {
      (0..<count).map { index in Float(index * step % 37 - 18) / 40 }
    }
    var made = MadeModel()
    made.input("image", [1, 3, 8, 8])
    made.node("Flatten", ["image"], ["flat"])
    made.weight("v", [192, 12], numbers(192 * 12, 29))
    made.weight("w", [192, 12], numbers(192 * 12, 31))
    made.integers("shape", [3], [1, 3, 4])
    made.node("MatMul", ["flat", "v"], ["a"])
    made.node("Reshape", ["a", "shape"], [hasSoftmax ? "scores" : "logits"])
    if hasSoftmax { made.node("Softmax", ["scores"], ["logits"], ["axis": .integer(-1)]) }
    made.node("MatMul", ["flat", "w"], ["b"])
    made.node("Reshape", ["b", "shape"], ["c"])
    made.node("Sigmoid", ["c"], ["pred_boxes"])
    made.output("logits")
    made.output("pred_boxes")
    return try Model(bytes: made.file, name: "queries.onnx")
  }

  @Test("A softmax that a detector of queries has itself is its only one")
  func softmax() async throws {
    let input = Tensor(shape: [1, 3, 8, 8], values: (0..<192).map { index in Float(index * 53 % 19) / 19 })
    var (scores, maps): ([[Float]], [[Float]]) = ([], [])
    for hasSoftmax in [false, true] {
      let model = try Self.queries(hasSoftmax: hasSoftmax)
      var detection = DetectionSettings()
      (detection.detector, detection.score) = ("detr", 0.05)
      let predictor = try await Predictor(model, inputShape: input.shape, detection: detection)
      scores.append(try await predictor.detections(for: input)[0].map(\.score))
      var question = Question(.box(0), modifier: .none)
      question.detection = detection
      maps.append(try await Explainer(model, question).attribution(of: input).values.values)
    }
    #expect(scores[0].count > 1 && scores[0].count == scores[1].count)
    #expect(relativeError(scores[1], scores[0]) < 1e-6)
    #expect(relativeError(maps[1], maps[0]) < 1e-6)
  }

  @Test("Objectness is asked on both sides of its sigmoid")
  func objectness() async throws {
    let path = FixtureFolder.path + "/detectors/yolov5"
    let (model, input) = (try Model(contentsOf: path + ".onnx"), try Tensor(contentsOf: path + ".input.npy"))
    var (scores, maps): ([Float], [[Float]]) = ([], [])
    for side in [OutputSide.score, .probability] {
      let question = Question(.box(0, .objectness), side: side, modifier: .none)
      let attribution = try await Explainer(model, question, inputShape: input.shape).attribution(of: input)
      scores.append(attribution.units[0][0].score)
      maps.append(attribution.values.values)
    }
    let probability = 1 / (1 + exp(-Double(scores[0])))
    let slope = Float(probability * (1 - probability))
    #expect(relativeError(maps[1], maps[0].map { $0 * slope }) < 1e-4)
    #expect(maps[0] != maps[1])
  }
}
