internal import OneDNN

/// The threads that work on one step together: those in which oneDNN runs, so that the two never compete for cores.
struct ThreadTeam: Sendable {
  private let team: OpenMPTeam

  /// How many threads work together.
  var threadCount: Int { team.threadCount }

  /// A team of at most `threadCount` threads and at most as many as OpenMP offers; to be made on the thread that will use it.
  init(threadCount: Int? = nil) {
    team = OpenMPTeam(threadCount: threadCount)
  }

  /// Calls `body` with disjoint ranges that cover `0..<count`, at most one a thread, none much shorter than `grain`.
  func forEachChunk(of count: Int, grain: Int = 16_384, _ body: (Range<Int>) -> Void) {
    team.forEachChunk(of: count, grain: grain, body)
  }
}
