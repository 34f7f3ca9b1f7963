internal import OneDNN

/// What an executor has on its thread: oneDNN's engine, the queue of what it does, and the team of threads that does it.
final class Worker: @unchecked Sendable {
  // The queue is used on the executor's thread alone. Elsewhere workers are held and compared, no more.
  let engine: Engine
  let stream: Stream
  let team: ThreadTeam

  /// A worker of at most `threadCount` threads; to be made on the thread that will use it.
  init(threadCount: Int?) throws(GraphError) {
    do throws(OneDNNError) {
      engine = try Engine()
      stream = try Stream(engine)
    } catch {
      throw GraphError(error)
    }
    team = ThreadTeam(threadCount: threadCount)
  }

  /// Waits until all that was begun is done.
  func wait() throws(GraphError) {
    do throws(OneDNNError) {
      try stream.wait()
    } catch {
      throw GraphError(error)
    }
  }
}

extension GraphError {
  /// What oneDNN could not do.
  init(_ error: OneDNNError) {
    self.init(error.code == .outOfMemory ? .outOfMemory : .execution, error.description)
  }

  /// The same error, as one of a graph where it is one of oneDNN's.
  static func translated(_ error: any Error) -> any Error {
    (error as? OneDNNError).map { GraphError($0) } ?? error
  }
}
