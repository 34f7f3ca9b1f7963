internal import Glibc

/// Memory on a cache line's boundary, freed with its owner.
final class AlignedBytes: @unchecked Sendable {
  // Written by one thread before it is shared, or guarded by the owner of the plan instance.
  let address: UnsafeMutableRawPointer
  let count: Int

  static let alignment = 64

  init(count: Int) throws(GraphError) {
    var pointer: UnsafeMutableRawPointer?
    guard posix_memalign(&pointer, Self.alignment, max(count, Self.alignment)) == 0, let pointer else {
      throw GraphError(.tooLarge, "there is not enough memory for \(count) bytes")
    }
    address = pointer
    self.count = count
  }

  deinit {
    free(address)
  }
}
