internal import Synchronization

/// The memory that the plans of an executor may take together.
final class MemoryBudget: Sendable {
  /// The limit that was set; nil where the machine alone is one.
  let limit: Int?
  private let used = Mutex(0)

  init(limit: Int?) {
    self.limit = limit.map { max($0, 0) }
  }

  /// What is left of the limit; nil where there is none.
  var remainingByteCount: Int? { limit.map { limit in max(0, limit - used.withLock { $0 }) } }

  /// Takes bytes, given back when the result is released; throws where fewer are left.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - purpose: what takes them, such as "the network (weights 98 MB, results 20 MB)".
  func reserve(_ count: Int, for purpose: String) throws(GraphError) -> Reservation {
    try require(count, for: purpose)
    used.withLock { $0 += count }
    return Reservation(count, of: self)
  }

  /// Throws where fewer than `count` bytes are left.
  func require(_ count: Int, for purpose: String) throws(GraphError) {
    guard let limit, let remaining = remainingByteCount, count > remaining else { return }
    let left = remaining == limit ? "" : ", of which \(remaining.byteText) are left"
    var error = GraphError(
      .outOfMemory,
      "\(purpose) takes \(count.byteText), more than the memory limit of \(limit.byteText)\(left)")
    error.shortage = .init(neededByteCount: count, availableByteCount: remaining)
    throw error
  }

  /// Bytes of a budget that are in use while the object lives.
  final class Reservation: Sendable {
    private let byteCount: Int
    private let budget: MemoryBudget

    init(_ byteCount: Int, of budget: MemoryBudget) {
      (self.byteCount, self.budget) = (byteCount, budget)
    }

    deinit {
      budget.used.withLock { $0 -= byteCount }
    }
  }
}
