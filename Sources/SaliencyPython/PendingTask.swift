import Dispatch
import Saliency
import Synchronization

/// Work that goes on while its caller does not wait, or waits with breaks.
final class PendingTask: Sendable {
  typealias Object = any AnyObject & Sendable

  private let outcome = Mutex<Result<Object, Failure>?>(nil)
  private let task = Mutex<Task<Void, Never>?>(nil)
  private let reached = Mutex<(done: Int, total: Int)>((0, 0))
  private let end = DispatchSemaphore(value: 0)

  /// Begins the work.
  ///
  /// - Parameters:
  ///   - inputs: what is read in place; copied when the work ends, as results show their inputs.
  ///   - model: what the model is called in errors.
  ///   - body: makes the answer.
  init(
    reading inputs: [Input], model: String,
    _ body: @escaping @Sendable (_ progress: @escaping SamplingProgress.Handler) async throws -> Object
  ) {
    Owner.take()
    // The handler must not keep the task alive that it reports to.
    let handler: SamplingProgress.Handler = { [weak self] progress in
      self?.reached.withLock { $0 = (progress.done, progress.total) }
    }
    task.withLock {
      $0 = Task.detached {
        let result: Result<Object, Failure>
        do {
          result = .success(try await body(handler))
        } catch {
          result = .failure(Failure(error, input: inputs.first?.name ?? "input", model: model))
        }
        for input in inputs { input.keep() }
        self.outcome.withLock { $0 = result }
        self.task.withLock { $0 = nil }
        self.end.signal()
      }
    }
  }

  var progress: (done: Int, total: Int) { reached.withLock { $0 } }

  func cancel() { task.withLock { $0 }?.cancel() }

  /// The answer; nil where there is none within so many milliseconds, or where nobody says how many at all.
  func wait(milliseconds: Int?) throws -> Object? {
    if outcome.withLock({ $0 == nil }) {
      let deadline = milliseconds.map { DispatchTime.now() + .milliseconds($0) } ?? .distantFuture
      guard end.wait(timeout: deadline) == .success else { return nil }
      // Others may wait as well.
      end.signal()
    }
    return try outcome.withLock { $0 }?.get()
  }
}
