internal import Synchronization

/// Whether a job on the worker's thread is still wanted, which a task there cannot be asked.
final class Cancellation: Sendable {
  private let isAsked = Atomic(false)

  func ask() { isAsked.store(true, ordering: .relaxed) }

  /// Throws a `CancellationError` where the job has been cancelled.
  func check() throws {
    if isAsked.load(ordering: .relaxed) { throw CancellationError() }
  }
}
