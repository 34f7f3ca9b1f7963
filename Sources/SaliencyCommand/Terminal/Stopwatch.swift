import Saliency

/// Milliseconds spent in each stage of a run.
struct Stopwatch {
  private(set) var stages: [(name: String, milliseconds: Double)] = []
  private let clock = ContinuousClock()

  /// Runs `body` and adds its time to a stage.
  mutating func measure<Result>(_ stage: String, _ body: () throws -> Result) rethrows -> Result {
    let start = clock.now
    defer { add(start.duration(to: clock.now), to: stage) }
    return try body()
  }

  /// Runs `body` and adds its time to a stage.
  mutating func measure<Result>(_ stage: String, _ body: () async throws -> Result) async rethrows -> Result {
    let start = clock.now
    defer { add(start.duration(to: clock.now), to: stage) }
    return try await body()
  }

  private mutating func add(_ duration: Duration, to stage: String) {
    let milliseconds = duration.milliseconds
    if let index = stages.firstIndex(where: { $0.name == stage }) {
      stages[index].milliseconds += milliseconds
    } else {
      stages.append((stage, milliseconds))
    }
  }

  /// The stages by name, rounded to microseconds.
  var byName: [String: Double] {
    Dictionary(uniqueKeysWithValues: stages.map { ($0.name, ($0.milliseconds * 1e3).rounded() / 1e3) })
  }

  /// "open 12 ms, compile 80 ms"
  var text: String {
    stages.map { "\($0.name) \(Float($0.milliseconds).text) ms" }.joined(separator: ", ")
  }
}
