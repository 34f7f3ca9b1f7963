import SaliencyCore
import Testing

@testable import Saliency
import func SaliencyTestSupport.relativeError

@Suite("Methods of many samples under a limit on memory")
struct SamplingMemoryTests {
  /// An explainer of a method with what it has been given.
  private struct Asked {
    let engine: SamplingEngine
    let values: [Float]
    /// What all plans together take.
    let byteCount: Int
  }

  private static func ask(
    _ method: String, _ modifier: GradientModifier = .none,
    samplesAtOnce: Int = BatchedPlan.defaultPartCount,
    limit: Int? = nil
  ) async throws -> Asked {
    let path = FixtureFolder.path + "/architectures/resnet-basic"
    let (model, input) = (
      try Model(contentsOf: path + ".onnx"), try Tensor(contentsOf: path + ".input.npy")
    )
    let executor = try Executor(memoryLimit: limit)
    return try await BatchedPlan.$defaultPartCount.withValue(samplesAtOnce) {
      let explainer = try await Explainer(
        model, method: Method(parsing: method), modifier: modifier, inputShape: input.shape,
        executor: executor)
      let attribution = try await explainer.attribution(of: input, target: .unit(1))
      return Asked(
        engine: try #require(explainer.engine as? SamplingEngine), values: attribution.values.values,
        byteCount: executor.plannedByteCount)
    }
  }

  static let methods = [
    "smoothgrad:samples=9", "occlusion:window=32:stride=32", "meaningful-perturbation:steps=2",
    "ablation-cam:layer=/layer1/layer1.0/relu/Relu+/layer2/layer2.0/relu/Relu",
  ]

  @Test("As many samples run at once as fit, with the same result up to rounding", arguments: methods)
  func fewer(method: String) async throws {
    let free = try await Self.ask(method)
    #expect(free.engine.samples.batchCount == BatchedPlan.defaultPartCount)
    for count in [1, 2] {
      let limit = try await Self.ask(method, samplesAtOnce: count).byteCount
      #expect(limit < free.byteCount)
      let limited = try await Self.ask(method, limit: limit)
      #expect(([limited.engine.samples] + limited.engine.tails).allSatisfy { $0.batchCount == count })
      // Fewer at once may choose another algorithm for a convolution.
      #expect(relativeError(limited.values, free.values) <= 1e-5)
    }
  }

  @Test("What does not fit one at a time is refused with the bytes, before anything runs", arguments: methods)
  func refused(method: String) async throws {
    let limit = try await Self.ask(method, samplesAtOnce: 1).byteCount - 1
    let error = await #expect(throws: GraphError.self) { try await Self.ask(method, limit: limit) }
    #expect(error?.code == .outOfMemory)
    let shortage = try #require(error?.shortage)
    #expect(shortage.neededByteCount == shortage.availableByteCount + 1)
    #expect(error?.message.contains("one item is the smallest batch: raise the limit") == true)
  }

  @Test("Samples leave room for the modifier that comes after them")
  func modifier() async throws {
    let free = try await Self.ask("smoothgrad:samples=9", .absolute)
    let one = try await Self.ask("smoothgrad:samples=9", samplesAtOnce: 1).byteCount
    // The attribution before and after, and a little for constants.
    let room = 2 * free.values.count * 4 + 4_096
    #expect(one + room < free.byteCount)
    for limit in [one + room, free.byteCount, free.byteCount + room] {
      let limited = try await Self.ask("smoothgrad:samples=9", .absolute, limit: limit)
      #expect(relativeError(limited.values, free.values) <= 1e-5)
    }
  }
}
