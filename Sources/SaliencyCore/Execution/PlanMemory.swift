internal import LibC
internal import Synchronization

/// The memory that the plans of an executor have in common, and its limit.
///
/// Weights that are packed alike lie there once, whichever plans they belong to; and as plans run in turn, one arena serves all.
final class PlanMemory: Sendable {
  /// The limit that was set; nil where the machine alone is one.
  let limit: Int?
  private let state = Mutex(State())

  private struct State {
    /// What is held of each block of weights: its bytes, and by how many plans.
    var held: [ObjectIdentifier: (byteCount: Int, count: Int)] = [:]
    var heldByteCount = 0
    /// How many plans need an arena of a size.
    var arenas: [Int: Int] = [:]
    /// Blocks of weights by what they hold.
    var blocks: [UInt64: [WeakBlock]] = [:]
    var arena: (block: AlignedBytes, generation: Int)?
    var generation = 0

    var arenaByteCount: Int { arenas.keys.max() ?? 0 }
    var usedByteCount: Int { heldByteCount + arenaByteCount }

    /// The bytes that blocks of weights and an arena take in addition.
    func needed(_ weights: [AlignedBytes], arena: Int) -> Int {
      let new = weights.reduce(0) { held[ObjectIdentifier($1)] == nil ? $0 + $1.count : $0 }
      return new + max(0, arena - arenaByteCount)
    }
  }

  private struct WeakBlock {
    weak var block: AlignedBytes?
  }

  init(limit: Int?) {
    self.limit = limit.map { max($0, 0) }
  }

  /// The bytes that all plans take.
  var usedByteCount: Int { state.withLock(\.usedByteCount) }

  /// Throws where fewer bytes are left for what is worked out while weights are packed; no plan runs then, so that the arena's bytes count as left.
  func requireForPacking(_ count: Int, for purpose: String) throws(GraphError) {
    try require(count, besides: state.withLock(\.heldByteCount), for: purpose)
  }

  /// Throws where fewer than `count` bytes are left.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - used: how many are taken.
  ///   - purpose: what takes them, such as "the network (weights 98 MB, results 20 MB)".
  private func require(_ count: Int, besides used: Int, for purpose: String) throws(GraphError) {
    guard let limit else { return }
    let remaining = max(0, limit - used)
    guard count > remaining else { return }
    let left = remaining == limit ? "" : ", of which \(remaining.byteText) are left"
    var error = GraphError(
      .outOfMemory,
      "\(purpose) takes \(count.byteText), more than the memory limit of \(limit.byteText)\(left)")
    error.shortage = .init(neededByteCount: count, availableByteCount: remaining)
    throw error
  }

  /// Takes what a plan needs, given back when the result is released.
  ///
  /// - Throws: `GraphError` where less is left than it needs beyond what other plans have already.
  func reserve(
    weights: [AlignedBytes], arenaByteCount: Int, for purpose: String
  ) throws(GraphError) -> Reservation {
    let (needed, used) = state.withLock { ($0.needed(weights, arena: arenaByteCount), $0.usedByteCount) }
    try require(needed, besides: used, for: purpose)
    state.withLock { state in
      state.blocks = state.blocks.compactMapValues { blocks in
        let live = blocks.filter { $0.block != nil }
        return live.isEmpty ? nil : live
      }
      for block in weights {
        let known = state.held[ObjectIdentifier(block)]
        if known == nil { state.heldByteCount += block.count }
        state.held[ObjectIdentifier(block)] = (block.count, (known?.count ?? 0) + 1)
      }
      state.arenas[arenaByteCount, default: 0] += 1
    }
    return Reservation(weights, arenaByteCount, of: self)
  }

  /// What a plan takes while the object lives.
  final class Reservation: Sendable {
    private let weights: [AlignedBytes]
    private let arenaByteCount: Int
    private let memory: PlanMemory

    fileprivate init(_ weights: [AlignedBytes], _ arenaByteCount: Int, of memory: PlanMemory) {
      (self.weights, self.arenaByteCount, self.memory) = (weights, arenaByteCount, memory)
    }

    deinit {
      memory.release(weights, arenaByteCount: arenaByteCount)
    }
  }

  private func release(_ weights: [AlignedBytes], arenaByteCount: Int) {
    state.withLock { state in
      for block in weights {
        let known = state.held[ObjectIdentifier(block)]!
        state.held[ObjectIdentifier(block)] = known.count == 1 ? nil : (known.byteCount, known.count - 1)
        if known.count == 1 { state.heldByteCount -= known.byteCount }
      }
      let count = state.arenas[arenaByteCount]! - 1
      state.arenas[arenaByteCount] = count == 0 ? nil : count
      if let arena = state.arena, arena.block.count > state.arenaByteCount { state.arena = nil }
    }
  }
}

/// What plans share.
extension PlanMemory {
  /// Smaller blocks are not looked for.
  private static let smallestSharedCount = 4_096

  /// A block that a plan has already and that holds the same, or else this one, which others may come to share.
  func shared(_ block: AlignedBytes) -> AlignedBytes {
    guard block.count >= Self.smallestSharedCount else { return block }
    return shared(UnsafeRawPointer(block.address), count: block.count) { block }
  }

  /// A block that holds the bytes at an address, which a plan may have already.
  func sharedCopy(of address: UnsafeRawPointer, count: Int) throws(GraphError) -> AlignedBytes {
    let copy = { () throws(GraphError) -> AlignedBytes in
      let block = try AlignedBytes(count: count)
      block.address.copyMemory(from: address, byteCount: count)
      return block
    }
    return count < Self.smallestSharedCount ? try copy() : try shared(address, count: count, else: copy)
  }

  private func shared<Failure>(
    _ address: UnsafeRawPointer, count: Int, else make: () throws(Failure) -> AlignedBytes
  ) throws(Failure) -> AlignedBytes {
    let key = Self.key(of: address, count: count)
    let known = state.withLock { state in
      (state.blocks[key] ?? []).compactMap(\.block)
    }
    if let same = known.first(where: { $0.count == count && memcmp($0.address, address, count) == 0 }) {
      return same
    }
    let block = try make()
    state.withLock { state in
      state.blocks[key, default: []].append(WeakBlock(block: block))
    }
    return block
  }

  /// A number that is the same for the same bytes, of some of them.
  private static func key(of address: UnsafeRawPointer, count: Int) -> UInt64 {
    let wordCount = count / 8
    let stride = max(1, wordCount / 64)
    var key = UInt64(count)
    for index in Swift.stride(from: 0, to: wordCount, by: stride) {
      key = (key ^ address.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)) &* 0x9E37_79B9_7F4A_7C15
      key ^= key >> 29
    }
    return key
  }

  /// The block in which the plan that runs has its intermediate results, and a number that tells it from others; of at least as many bytes.
  ///
  /// It is as large as the largest plan needs it. Whoever runs a plan holds it that long, as it is given up with that plan.
  func arena(byteCount: Int) throws(GraphError) -> (block: AlignedBytes, generation: Int) {
    let (known, wanted) = state.withLock { state in
      if let arena = state.arena, arena.block.count >= byteCount { return (Optional(arena), 0) }
      state.arena = nil
      return (nil, max(byteCount, state.arenaByteCount))
    }
    if let known { return known }
    let block = try AlignedBytes(count: wanted)
    return state.withLock { state in
      state.generation += 1
      state.arena = (block, state.generation)
      return (block, state.generation)
    }
  }

  /// Bytes that an arena takes in addition to the one that there is.
  func neededArenaByteCount(_ byteCount: Int) -> Int {
    max(0, byteCount - state.withLock { $0.arena?.block.count ?? 0 })
  }
}
