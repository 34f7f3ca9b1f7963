internal import COneDNN
internal import Synchronization

/// The OpenMP team in which oneDNN runs, shared with kernels of our own so that the two never compete for cores.
public struct OpenMPTeam: Sendable {
  /// How many threads work together.
  public let threadCount: Int
  private let parallelEntry: UInt?

  /// A team of at most `threadCount` threads and at most as many as OpenMP offers; to be made on the thread that will
  /// use it, as OpenMP keeps its settings a thread.
  public init(threadCount: Int? = nil) {
    // Never more than OpenMP offers: it would end the process when the system refuses a thread.
    if let threadCount {
      saliency_set_thread_count(min(max(Int32(clamping: threadCount), 1), saliency_thread_limit()))
    }
    let parallel = saliency_parallel_entry()
    parallelEntry = parallel.map { UInt(bitPattern: $0) }
    self.threadCount = parallel == nil ? 1 : Int(saliency_thread_limit())
  }

  /// Calls `body` with disjoint ranges that cover `0..<count`, at most one a thread, none much shorter than `grain`.
  public func forEachChunk(of count: Int, grain: Int = 16_384, _ body: (Range<Int>) -> Void) {
    let chunks = min(threadCount, max(1, count / max(grain, 1)))
    guard chunks > 1, let parallelEntry else {
      if count > 0 { body(0..<count) }
      return
    }
    withoutActuallyEscaping(body) { body in
      let work = Work(body: body, count: count, chunks: chunks)
      withExtendedLifetime(work) {
        saliency_parallel(
          UnsafeMutableRawPointer(bitPattern: parallelEntry),
          { Unmanaged<Work>.fromOpaque($0!).takeUnretainedValue().run() },
          Unmanaged.passUnretained(work).toOpaque(), UInt32(chunks))
      }
    }
  }
}

/// The chunks that the threads of a team take in turn; lives for the length of one `forEachChunk`.
private final class Work {
  let body: (Range<Int>) -> Void
  let count: Int
  let chunks: Int
  let taken = Atomic<Int>(0)

  init(body: @escaping (Range<Int>) -> Void, count: Int, chunks: Int) {
    self.body = body
    self.count = count
    self.chunks = chunks
  }

  func run() {
    while true {
      let chunk = taken.add(1, ordering: .relaxed).oldValue
      guard chunk < chunks else { return }
      let start = count * chunk / chunks
      let end = count * (chunk + 1) / chunks
      if start < end { body(start..<end) }
    }
  }
}
