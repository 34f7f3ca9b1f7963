import SaliencyCore
import Synchronization
import Testing

@testable import Saliency

@Suite("Methods of many samples tell how far they have come")
struct SamplingProgressTests {
  /// What was told, in order.
  private final class Record: Sendable {
    private let told = Mutex<[SamplingProgress]>([])
    var all: [SamplingProgress] { told.withLock { $0 } }
    func add(_ progress: SamplingProgress) { told.withLock { $0.append(progress) } }
  }

  private static func explainer(_ method: Saliency.Method, items: Int = 1) async throws -> (Explainer, Tensor)
  {
    let path = FixtureFolder.path + "/rules/plain"
    let both = try Tensor(contentsOf: path + ".input.npy")
    let input = items == 2 ? both : both.items(2)[0]
    let explainer = try await Explainer(
      Model(contentsOf: path + ".onnx"), method: method, inputShape: input.shape)
    return (explainer, input)
  }

  /// The samples of one attribution by methods that run them in one go and in several.
  static let methods: [(method: String, samples: Int)] = [
    ("smoothgrad:samples=11", 11), ("integrated-gradients:steps=5", 5), ("guided-ig:steps=5", 5),
    ("occlusion:window=4:stride=4", 5), ("rise:masks=30", 30), ("kernel-shap:regions=grid:count=4", 16),
    ("meaningful-perturbation:steps=3:copies=4:cells=7", 14), ("xrai:steps=5", 10),
    ("score-cam:layer=/act2/Relu", 8), ("score-cam:layer=/act1/Relu+/act2/Relu", 14),
    ("is-cam:steps=2:layer=/act1/Relu+/act2/Relu", 28), ("ablation-cam:layer=/act1/Relu+/act2/Relu", 16),
    ("gradient", 0), ("grad-cam", 0),
  ]

  @Test(
    "The total is known from the first batch of samples on, and reached", arguments: methods,
    [(items: 1, units: 1), (items: 2, units: 3)])
  func totals(_ method: (method: String, samples: Int), _ asked: (items: Int, units: Int)) async throws {
    let (explainer, input) = try await Self.explainer(Method(parsing: method.method), items: asked.items)
    let record = Record()
    if asked.units == 1 {
      _ = try await explainer.attribution(of: input, target: .unit(2)) { record.add($0) }
    } else {
      _ = try await explainer.attributions(of: input, eachOf: .units([2, 0, 4])) { record.add($0) }
    }
    let (told, total) = (record.all, method.samples * asked.items * asked.units)
    #expect(told.allSatisfy { $0.total == total }, "\(told)")
    #expect(told.last?.done ?? 0 == total)
    for (before, after) in zip(told, told.dropFirst()) {
      #expect(1...BatchedPlan.defaultPartCount ~= after.done - before.done)
    }
  }

  /// Runs samples in several goes and says nothing about it.
  private struct Goes: SamplingMethod {
    let name = "goes"
    let sampled: (any GraphMethod)? = nil
    let counts: [Int]

    func attribution(of input: Tensor, _ network: NetworkSampler) async throws -> Tensor {
      for count in counts {
        try await network.run(count: count) { _ in
          input
        } _: { _ in
        }
      }
      return input
    }
  }

  @Test("What is not announced makes the total grow, and never passes it")
  func unannounced() async throws {
    let (explainer, input) = try await Self.explainer(Method(Goes(counts: [3, 0, 2])))
    let record = Record()
    _ = try await explainer.attribution(of: input, target: .top) { record.add($0) }
    #expect(record.all == [.init(done: 3, total: 3), .init(done: 5, total: 5)])
  }

  @Test(
    "A task that is cancelled stops before the next samples",
    arguments: ["smoothgrad:samples=100000", "rise:masks=100000", "meaningful-perturbation:steps=10000"])
  func cancellation(method: String) async throws {
    let (explainer, input) = try await Self.explainer(Method(parsing: method))
    let record = Record()
    let task = Task {
      try await explainer.attribution(of: input, target: .unit(2)) { progress in
        record.add(progress)
        if record.all.count == 3 { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(record.all.count == 3)
  }
}
