internal import Synchronization

/// How far a ``SamplingMethod`` has come.
public struct SamplingProgress: Sendable, Hashable {
  /// Receives what is reached, each time that samples have been run, in order.
  public typealias Handler = @Sendable (SamplingProgress) -> Void

  /// The samples that the network has been run on.
  public let done: Int
  /// How many there will be, for all items of the batch and for all units that are explained one by one. It grows where a method of one's
  /// own runs several lots of samples and does not ``NetworkSampler/announce(sampleCount:)`` them.
  public let total: Int
}

/// Counts the samples of a question and tells of them.
final class SampleCounter: Sendable {
  private struct State {
    /// The attributions that are asked for, each of which has as many samples.
    var attributions: Int
    /// How many of them have begun.
    var begun = 0
    /// The samples of the attribution that has begun last: what was announced of them, and what was asked for by now.
    var announced = 0
    var asked = 0
    /// The samples before it.
    var before = 0
    var done = 0

    var total: Int {
      let (expected, overflows) = max(announced, asked).multipliedReportingOverflow(
        by: max(attributions - begun + 1, 1))
      return overflows ? .max : before.addingReportingOverflow(expected).partialValue
    }
  }

  private let itemCount: Int
  private let handler: SamplingProgress.Handler
  private let state: Mutex<State>

  init(itemCount: Int, _ handler: @escaping SamplingProgress.Handler) {
    (self.itemCount, self.handler) = (itemCount, handler)
    state = Mutex(State(attributions: itemCount))
  }

  /// Each item is explained for that many units, one after the other.
  func expect(unitCount: Int) {
    state.withLock { $0.attributions = itemCount * unitCount }
  }

  /// The next attribution begins.
  func beginAttribution() {
    state.withLock {
      $0.begun += 1
      ($0.announced, $0.asked, $0.before) = (0, 0, $0.done)
    }
  }

  /// The attribution has so many samples in all.
  func announce(_ count: Int) {
    state.withLock { $0.announced = count }
  }

  /// Samples of the attribution are going to be run.
  func ask(_ count: Int) {
    state.withLock { $0.asked += count }
  }

  /// Samples have been run.
  func add(_ count: Int) {
    handler(
      state.withLock {
        $0.done += count
        return SamplingProgress(done: $0.done, total: max($0.total, $0.done))
      })
  }
}
