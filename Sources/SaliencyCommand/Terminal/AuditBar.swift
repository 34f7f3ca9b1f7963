import Saliency
import SaliencyAudit
import Synchronization

/// How far an audit has come, with its rate and the time that is left, drawn where standard error is a terminal.
struct AuditBar {
  /// Whether nothing is drawn.
  let isQuiet: Bool

  /// No more often than the eye can follow.
  private static let interval = Duration.milliseconds(100)

  /// Runs a body with what it has to tell, if anybody sees it.
  func watching<Result>(_ body: (AuditProgress.Handler?) async throws -> Result) async rethrows -> Result {
    guard !isQuiet, StandardError.isTerminal else { return try await body(nil) }
    defer { ProgressBar.clear() }
    let last = Mutex<ContinuousClock.Instant?>(nil)
    return try await body { progress in
      last.withLock { last in
        let now = ContinuousClock.now
        guard last.map({ now - $0 >= Self.interval }) ?? true else { return }
        last = now
        ProgressBar.draw(done: progress.done, of: progress.total, name: Self.text(of: progress))
      }
    }
  }

  /// "12.3/s, 2 min left, 3 failed"
  static func text(of progress: AuditProgress) -> String {
    [
      progress.rate.map { "\(rounded($0))/s" }, progress.remaining.map { "\(text(of: $0)) left" },
      progress.failed > 0 ? "\(progress.failed) failed" : nil,
    ].compactMap(\.self).joined(separator: ", ")
  }

  private static func rounded(_ rate: Double) -> String {
    rate < 10 ? Float((rate * 10).rounded() / 10).text : "\(Int(rate.rounded()))"
  }

  /// "45 s", "12 min" or "3 h 20 min"
  private static func text(of duration: Duration) -> String {
    let seconds = Int((duration / .seconds(1)).rounded(.up))
    let minutes = (seconds + 59) / 60
    if seconds < 100 { return "\(seconds) s" }
    return minutes < 100 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
  }
}
