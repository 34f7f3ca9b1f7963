internal import Glibc

/// Memory on a cache line's boundary, freed with its owner.
final class AlignedBytes: @unchecked Sendable {
  // Written by one thread before it is shared, or guarded by the owner of the plan instance.
  let address: UnsafeMutableRawPointer
  let count: Int

  static let alignment = 64
  /// Larger blocks begin on the boundary of a huge page, which spares most of the page faults of a first run.
  private static let hugePage = 2 << 20

  /// Allocates `count` bytes; throws where the machine does not have them, which `malloc` would promise all the same.
  init(count: Int) throws(GraphError) {
    try AvailableMemory.require(count, for: "a buffer")
    let isHuge = count >= 2 * Self.hugePage
    var pointer: UnsafeMutableRawPointer?
    guard posix_memalign(&pointer, isHuge ? Self.hugePage : Self.alignment, max(count, Self.alignment)) == 0,
      let pointer
    else { throw GraphError(.tooLarge, "there is not enough memory for a buffer of \(count.byteText)") }
    if isHuge { madvise(pointer, count, Int32(MADV_HUGEPAGE)) }
    address = pointer
    self.count = count
  }

  deinit {
    free(address)
  }
}
