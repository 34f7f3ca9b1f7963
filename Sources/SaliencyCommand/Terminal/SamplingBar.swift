import Saliency
import Synchronization

/// How far a method of many samples has come with an input, drawn where standard error is a terminal, and gone when it is done.
struct SamplingBar {
  /// The input among several; nil where it is the only one.
  let input: String?
  /// Whether nothing is drawn.
  let isQuiet: Bool

  /// No more often than the eye can follow; so what is fast draws nothing.
  private static let interval = Duration.milliseconds(50)

  /// Runs a body with what it has to tell, if anybody sees it.
  func watching<Result>(
    _ method: String, _ body: (SamplingProgress.Handler?) async throws -> Result
  ) async rethrows -> Result {
    guard !isQuiet, StandardError.isTerminal else { return try await body(nil) }
    defer { ProgressBar.clear() }
    let name = [method, input].compactMap(\.self).joined(separator: ", ")
    let last = Mutex(ContinuousClock.now)
    return try await body { progress in
      last.withLock { last in
        let now = ContinuousClock.now
        guard now - last >= Self.interval else { return }
        last = now
        ProgressBar.draw(done: progress.done, of: progress.total, name: name)
      }
    }
  }
}
