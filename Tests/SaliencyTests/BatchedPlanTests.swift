import SaliencyCore
import Testing

@testable import Saliency
import func SaliencyTestSupport.relativeError

@Suite("Large batches run in parts")
struct BatchedPlanTests {
  private static func path(_ name: String) -> String { FixtureFolder.path + "/architectures/" + name }

  /// Noise in as many items.
  private static func batch(_ count: Int) -> Tensor { .noise(of: [count, 3, 64, 64]) }

  private static func explainer(
    _ shape: Shape, method: String = "gradient", limit: Int? = nil, atOnce: Int = BatchedPlan.defaultPartCount
  ) async throws -> Explainer {
    let (model, executor) = (
      try Model(contentsOf: path("resnet-basic.onnx")), try Executor(memoryLimit: limit)
    )
    return try await BatchedPlan.$defaultPartCount.withValue(atOnce) {
      try await Explainer(model, method: Method(parsing: method), inputShape: shape, executor: executor)
    }
  }

  @Test(
    "Each item has the answer that it has alone, in its place",
    arguments: ["gradient", "guided", "grad-cam", "lrp", "smoothgrad:samples=3"], [4, 5, 7, 9])
  func items(method: String, count: Int) async throws {
    let batch = Self.batch(count)
    let together = try await Self.explainer(batch.shape, method: method).attribution(of: batch)
    #expect(together.units.count == count)
    let one = try await Self.explainer([1] + batch.shape.dropFirst(), method: method)
    for (index, (item, map)) in zip(batch.items(count), together.values.items(count)).enumerated() {
      let alone = try await one.attribution(of: item)
      #expect(alone.units[0].map(\.index) == together.units[index].map(\.index))
      #expect(relativeError(map.values, alone.values.values) < 1e-5, "item \(index)")
    }
  }

  @Test(
    "The last part is as full as it can be",
    arguments: [(4, 4), (5, 5), (6, 3), (7, 4), (8, 4), (9, 3), (64, 4)])
  func partSizes(count: Int, part: Int) async throws {
    #expect(try await Self.explainer([count, 3, 64, 64]).plan.inputs[0].shape[0] == part)
  }

  @Test("Memory does not grow with the batch, and parts are smaller where it is short")
  func memory() async throws {
    func bytes(_ count: Int, atOnce: Int) async throws -> Int {
      let plan = try await Self.explainer([count, 3, 64, 64], atOnce: atOnce).plan
      return plan.arenaByteCount + plan.constantByteCount
    }
    #expect(try await bytes(64, atOnce: 4) == bytes(4, atOnce: 4))
    let batch = Self.batch(8)
    let free = try await Self.explainer(batch.shape).attribution(of: batch)
    for count in [1, 2] {
      let limited = try await Self.explainer(batch.shape, limit: bytes(count, atOnce: count))
      #expect(limited.plan.inputs[0].shape[0] == count)
      #expect(
        try await relativeError(limited.attribution(of: batch).values.values, free.values.values) < 1e-5)
    }
  }

  @Test("A loss of the whole batch is not taken apart")
  func losses() async throws {
    let model = try Model(contentsOf: Self.path("resnet-basic.onnx"))
    let loss = Loss("spread of the batch") { ($0.output - $0.output.mean([0])).power(2).sum() }
    let explainer = try await Explainer(model, losses: [(loss, 1)], inputShape: [8, 3, 64, 64])
    #expect(explainer.plan.inputs[0].shape[0] == 8)
  }

  @Test("A batch of another size is refused with the size that is meant")
  func otherSize() async throws {
    let explainer = try await Self.explainer([8, 3, 64, 64])
    let error = await #expect(throws: GraphError.self) { try await explainer.attribution(of: Self.batch(4)) }
    #expect(error?.code == .inputMismatch)
    #expect(error?.message.contains("takes a tensor of 8×3×64×64, not 4×3×64×64") == true)
  }

  @Test("Predictions of a large batch are those of its items")
  func predictions() async throws {
    let model = try Model(contentsOf: Self.path("resnet-basic.onnx"))
    let batch = Self.batch(9)
    let together = try await Predictor(model, inputShape: batch.shape).predictions(for: batch)
    let one = try await Predictor(model, inputShape: [1] + batch.shape.dropFirst())
    for (item, units) in zip(batch.items(9), together) {
      let alone = try await one.predictions(for: item)[0]
      #expect(units.map(\.index) == alone.map(\.index))
      #expect(relativeError(units.map(\.score), alone.map(\.score)) < 1e-5)
    }
  }

  /// Networks of all kinds: convolutions, attention, windows, recurrences.
  static let networks = [
    "convnext", "densenet-dynamo", "efficientnet-b0", "einsum-attention-dynamo", "googlenet", "lraspp-dynamo",
    "lstm-dynamo", "maxvit", "mobilenet-v3-small", "resnext", "shufflenet-v2", "squeezenet-1.0", "swin",
    "swin-dynamo", "vit",
    "vit-dynamo",
  ]

  @Test("Networks of all kinds are known to keep items apart", arguments: networks)
  func architectures(_ name: String) async throws {
    let input = try Tensor(contentsOf: Self.path(String(name.split(separator: "-dynamo")[0]) + ".input.npy"))
    let model = try Model(contentsOf: Self.path(name + ".onnx"))
    let explanation = try ExplanationGraph(
      ArrangedModel(model, inputShape: input.shape),
      .init(subject: .units(of: nil, side: .score), method: Gradient()),
      inputShape: [4] + input.shape.dropFirst())
    #expect(explanation.graph.separatesItems(4))
  }
}
