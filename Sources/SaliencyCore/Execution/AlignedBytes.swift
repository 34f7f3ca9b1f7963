internal import LibC

/// Memory on a cache line's boundary, freed with its owner.
final class AlignedBytes: @unchecked Sendable {
  // Written by one thread before it is shared, or guarded by the owner of the plan instance.
  let address: UnsafeMutableRawPointer
  let count: Int

  static let alignment = 64
  /// Blocks from this size on are mapped on their own, so that they go back to the system at once when they are freed.
  private static let mappedSize = 1 << 20
  /// Larger blocks begin on the boundary of a huge page, which spares most of the page faults of a first run.
  private static let hugePage = 2 << 20
  /// What is mapped, which may begin before `address`; nil where the heap has the block.
  private let mapping: (start: UnsafeMutableRawPointer, count: Int)?

  /// Allocates `count` bytes; throws where the machine does not have them, which the system would promise all the same.
  init(count: Int) throws(GraphError) {
    try AvailableMemory.require(count, for: "a buffer")
    self.count = count
    guard count >= Self.mappedSize else {
      var pointer: UnsafeMutableRawPointer?
      guard posix_memalign(&pointer, Self.alignment, max(count, Self.alignment)) == 0, let pointer else {
        throw Self.failure(count)
      }
      (address, mapping) = (pointer, nil)
      return
    }
    let isHuge = count >= 2 * Self.hugePage
    let (length, overflow) = count.addingReportingOverflow(isHuge ? Self.hugePage : 0)
    guard !overflow,
      let start = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | Int32(MAP_ANONYMOUS), -1, 0),
      start != MAP_FAILED
    else { throw Self.failure(count) }
    mapping = (start, length)
    guard isHuge else {
      address = start
      return
    }
    let boundary =
      (UInt(bitPattern: start) + UInt(Self.hugePage) - 1) / UInt(Self.hugePage) * UInt(Self.hugePage)
    address = UnsafeMutableRawPointer(bitPattern: boundary)!
    madvise(address, count, Int32(MADV_HUGEPAGE))
  }

  private static func failure(_ count: Int) -> GraphError {
    GraphError(.outOfMemory, "there is not enough memory for a buffer of \(count.byteText)")
  }

  deinit {
    if let mapping {
      munmap(mapping.start, mapping.count)
    } else {
      free(address)
    }
  }
}
