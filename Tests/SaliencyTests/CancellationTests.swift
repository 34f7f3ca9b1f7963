import SaliencyCore
import Synchronization
import Testing

@testable import Saliency

/// Explanations that nobody waits for any more.
@Suite("Cancelled explanations stop")
struct CancellationTests {
  private static let path = FixtureFolder.path + "/rules/plain"

  private static func explainer(_ method: String, items: Int = 1, _ executor: Executor? = nil) async throws
    -> (Explainer, Tensor)
  {
    let item = try Tensor(contentsOf: path + ".input.npy").items(2)[0]
    let input = Tensor(joining: Array(repeating: item, count: items))
    let explainer = try await Explainer(
      Model(contentsOf: path + ".onnx"), method: Method(parsing: method), inputShape: input.shape,
      executor: executor)
    return (explainer, input)
  }

  @Test(
    "A method of many samples stops soon after its task is cancelled",
    arguments: [
      "smoothgrad:samples=9000", "integrated-gradients:steps=900", "rise:masks=4000",
      "lime:samples=4000", "shapley-sampling:orders=900",
    ])
  func samples(method: String) async throws {
    let (explainer, input) = try await Self.explainer(method)
    let task = Mutex<Task<Void, any Error>?>(nil)
    let left = Mutex(1.0)
    let begun = Task {
      _ = try await explainer.attribution(of: input) { progress in
        left.withLock { $0 = 1 - Double(progress.done) / Double(progress.total) }
        task.withLock { $0?.cancel() }
      }
    }
    task.withLock { $0 = begun }
    await #expect(throws: CancellationError.self) { try await begun.value }
    #expect(left.withLock { $0 } > 0.5)
  }

  @Test(
    "A task that is cancelled before its turn is passed over, and the explainer goes on serving others",
    arguments: ["gradient", "grad-cam", "smoothgrad:samples=4"], [1, 9])
  func queue(method: String, items: Int) async throws {
    let (explainer, input) = try await Self.explainer(method, items: items, Executor(threadCount: 1))
    let before = try await explainer.attribution(of: input).values.values
    let tasks = (0..<64).map { _ in Task { try await explainer.attribution(of: input) } }
    for task in tasks { task.cancel() }
    var passedOver = 0
    for task in tasks {
      do {
        _ = try await task.value
      } catch is CancellationError {
        passedOver += 1
      }
    }
    #expect(passedOver > 0)
    #expect(try await explainer.attribution(of: input).values.values == before)
  }

  @Test("Compiling for a task that is cancelled throws")
  func compiling() async throws {
    let model = try Model(contentsOf: Self.path + ".onnx")
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      _ = try await Explainer(model)
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
