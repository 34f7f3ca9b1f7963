import Saliency
import SaliencyCore
import Testing

private let model = FixtureFolder.path + "/architectures/resnet-basic.onnx"

@Suite("Benchmarks of models")
struct BenchmarkTests {
  @Test("predictions and attributions are timed as often as was asked")
  func times() async throws {
    let benchmark = try await Benchmark(Model(contentsOf: model), method: .guided)
    let times = try await benchmark.measure(runs: 3)
    for timing in [times.forward, times.gradient] {
      #expect(timing.milliseconds.count == 3)
      #expect(timing.minimum > 0)
      #expect(timing.minimum <= timing.median)
      #expect(timing.milliseconds.contains(timing.median))
    }
    #expect(benchmark.input.shape == benchmark.explainer.inputShape)
    let bare = try await benchmark.measureBarePrimitives(runs: 2)
    #expect(bare.gradient.milliseconds.count == 2)
    #expect(bare.forward.minimum > 0)
  }

  @Test("a profile is of the plan of the explanation, and of the network alone", arguments: [1, 9])
  func profiles(batch: Int) async throws {
    let benchmark = try await Benchmark(Model(contentsOf: model), inputShape: [batch, 3, 64, 64])
    let gradient = try await benchmark.explainer.profile(of: benchmark.input, runs: 2)
    let forward = try await benchmark.predictor.profile(of: benchmark.input, runs: 2)
    #expect(gradient.steps.count == benchmark.explainer.plan.stepDescriptions.count)
    #expect(forward.steps.count == benchmark.predictor.plan.stepDescriptions.count)
    #expect(gradient.kinds.contains { $0.name == "convolution backward" })
    #expect(!forward.kinds.contains { $0.name == "convolution backward" })
  }

  @Test("the map of a network in single precision agrees with itself")
  func ownRankCorrelation() async throws {
    let benchmark = try await Benchmark(Model(contentsOf: model))
    #expect(benchmark.precision == .fp32)
    #expect(abs(try await benchmark.rankCorrelationWithSinglePrecision() - 1) < 1e-9)
  }

  /// Networks without rectifiers, or methods that let them pass less: whose maps do not hang on what is near zero.
  private static let steady: [(network: String, method: Method)] = [
    ("vit", .gradient), ("swin", .gradient), ("convnext", .gradient), ("einsum-attention", .gradient),
    ("resnet-basic", .rectified), ("resnet-basic", .guided),
  ]

  @Test(
    "maps of networks in bfloat16 are ordered as those in single precision",
    .enabled(
      if: Processor.current.hasBFloat16,
      "SKIPPED, NOT TESTED: this processor has neither avx512_bf16 nor amx_bf16"),
    arguments: steady.indices)
  func rankCorrelation(_ index: Int) async throws {
    let (network, method) = Self.steady[index]
    let benchmark = try await Benchmark(
      Model(contentsOf: FixtureFolder.path + "/architectures/\(network).onnx"), method: method,
      executor: Executor(precision: .bf16))
    #expect(benchmark.precision == .bf16)
    let correlation = try await benchmark.rankCorrelationWithSinglePrecision()
    #expect(correlation >= 0.98, "\(network), \(method.name)")
    #expect(correlation < 1, "\(network) is not computed in bfloat16")
  }

  @Test("the numbers that are measured on are the same each time, and about normal")
  func noise() {
    let values = Tensor.noise(of: [10_000]).values
    #expect(values == Tensor.noise(of: [10_000]).values)
    #expect(values != Tensor.noise(of: [10_000], seed: 2).values)
    let mean = values.reduce(0, +) / 10_000
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 10_000
    #expect(abs(mean) < 0.05)
    #expect(abs(variance - 1) < 0.05)
  }

  @Test("peak memory is that of this process")
  func peakMemory() throws {
    let before = try #require(PeakMemory.byteCount)
    #expect(before > 1 << 20)
    let block = [UInt8](repeating: 1, count: 300 << 20)
    #expect(block.last == 1)
    #expect(try #require(PeakMemory.byteCount) > 300 << 20)
  }
}

@Suite("A question that takes too much memory")
struct MemoryAdviceTests {
  private static func bytes(batch: Int, limit: Int? = nil) async throws -> Int {
    let plan = try await Explainer(
      Model(contentsOf: model), inputShape: [batch, 3, 64, 64], executor: Executor(memoryLimit: limit)
    ).plan
    return plan.arenaByteCount + plan.constantByteCount
  }

  private static func refusal(batch: Int, limit: Int) async throws -> GraphError? {
    await #expect(throws: GraphError.self) { try await bytes(batch: batch, limit: limit) }
  }

  /// The bytes of a question that cannot be taken apart.
  private static func bytesOfLoss(batch: Int, limit: Int? = nil) async throws -> Int {
    let loss = Loss("mean of the batch") { $0.output.mean() }
    let plan = try await Explainer(
      Model(contentsOf: model), losses: [(loss, 1)], inputShape: [batch, 3, 64, 64],
      executor: Executor(memoryLimit: limit)
    ).plan
    return plan.arenaByteCount + plan.constantByteCount
  }

  @Test("is told the batch that fits where it cannot be run in parts, and that one does")
  func fittingBatch() async throws {
    let limit = try await Self.bytesOfLoss(batch: 5)
    let error = await #expect(throws: GraphError.self) {
      try await Self.bytesOfLoss(batch: 12, limit: limit)
    }
    #expect(error?.code == .outOfMemory)
    let told = try #require(error?.message.firstMatch(of: /a batch of (\d+) fits$/))
    let batch = try #require(Int(told.1))
    #expect((4...5).contains(batch), "\(batch)")
    #expect(try await Self.bytesOfLoss(batch: batch, limit: limit) <= limit)
  }

  @Test("is told so where no batch fits, or it is of one item already")
  func nothingFits() async throws {
    let one = try await Self.bytes(batch: 1)
    #expect(
      try await Self.refusal(batch: 3, limit: one - 1)?.message.contains("no smaller batch fits") == true)
    #expect(try await Self.refusal(batch: 1, limit: one - 1)?.message.contains("raise the limit") == true)
  }

  @Test("is refused by predictors as well")
  func predictor() async throws {
    let executor = try Executor(memoryLimit: 1_000)
    let error = await #expect(throws: GraphError.self) {
      try await Predictor(Model(contentsOf: model), executor: executor)
    }
    #expect(error?.code == .outOfMemory)
  }
}
