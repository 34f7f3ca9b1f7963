import FileAccess
import SaliencyCore

/// Read-only bytes that stay where they are: part of a mapped file, or memory of their own.
///
/// Every access is checked against the bounds; raw pointers leave this file only for the time of a call, and as the
/// storage of tensors, which keep the region.
final class ByteRegion: @unchecked Sendable {
  // The bytes are written in `init` only, and live as long as `owner`, or as this object where there is
  // none.
  private let bytes: UnsafeRawBufferPointer
  private let owner: (any AnyObject & Sendable)?

  var count: Int { bytes.count }

  /// The bytes in `range`, which lies within the file.
  init(_ file: MappedFile, range: Range<Int>) {
    owner = file
    bytes = file.withUnsafeBytes(in: range) { $0 }
  }

  /// `count` bytes that `fill` writes, all of them.
  init(
    count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(StorageFault) -> Void
  ) throws(StorageFault) {
    owner = nil
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
    do { try fill(memory) } catch {
      memory.deallocate()
      throw error
    }
    bytes = UnsafeRawBufferPointer(memory)
  }

  private init(_ region: ByteRegion, range: Range<Int>) {
    owner = region
    bytes = region.withUnsafeBytes(in: range) { $0 }
  }

  /// The bytes in `range` as a region of their own, which keeps this one.
  func part(_ range: Range<Int>) -> ByteRegion { ByteRegion(self, range: range) }

  deinit {
    if owner == nil { bytes.deallocate() }
  }

  /// Calls `body` with the bytes in `range`; they have no particular alignment.
  func withUnsafeBytes<Result, E>(
    in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(E) -> Result
  ) throws(E) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeRawBufferPointer(rebasing: bytes[range]))
  }

  subscript(range: Range<Int>) -> [UInt8] { withUnsafeBytes(in: range) { [UInt8]($0) } }

  /// The text in `range`; what is no UTF-8 is replaced.
  func text(in range: Range<Int>) -> String {
    withUnsafeBytes(in: range) { String(decoding: $0, as: UTF8.self) }
  }

  /// A tensor that reads its elements, little-endian and single-precision, from `range`.
  func tensor(shape: Shape, in range: Range<Int>) -> Tensor {
    Tensor(shape: shape, storage: RegionStorage(self, range))
  }

  private final class RegionStorage: TensorStorage, @unchecked Sendable {
    // The region, which is kept, never changes.
    private let region: ByteRegion
    let bytes: UnsafeRawBufferPointer

    init(_ region: ByteRegion, _ range: Range<Int>) {
      self.region = region
      bytes = region.withUnsafeBytes(in: range) { $0 }
    }
  }
}
