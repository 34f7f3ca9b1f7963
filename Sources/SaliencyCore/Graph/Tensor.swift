internal import LibC

/// Immutable bytes that a tensor's elements are read from: memory of our own or a mapped file.
public protocol TensorStorage: AnyObject, Sendable {
  /// Single-precision elements in row-major order, valid and unchanged while the object lives; the address may be
  /// unaligned.
  var bytes: UnsafeRawBufferPointer { get }

  /// The elements were read and may leave memory; they come back where they are read again.
  func release()
}

extension TensorStorage {
  /// Does nothing, as is right for memory of one's own.
  public func release() {}
}

/// An immutable single-precision tensor in row-major order.
public struct Tensor: Sendable {
  /// The extents, outermost first.
  public let shape: Shape
  package let storage: any TensorStorage

  /// A tensor whose elements lie in `storage`, which holds exactly as many as `shape` asks for.
  public init(shape: Shape, storage: any TensorStorage) {
    precondition(
      storage.bytes.count == shape.elementCount * MemoryLayout<Float>.stride,
      "`storage` must have four bytes for each element of `shape`"
    )
    self.shape = shape
    self.storage = storage
  }

  /// A tensor of `values` in row-major order, as many as `shape` asks for.
  public init(shape: Shape, values: [Float]) {
    self.init(shape: shape, storage: OwnedStorage(values))
  }

  /// A scalar.
  public init(_ value: Float) {
    self.init(shape: [], values: [value])
  }

  /// The elements in row-major order, copied.
  public var values: [Float] {
    [Float](unsafeUninitializedCapacity: shape.elementCount) { buffer, count in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: storage.bytes)
      count = shape.elementCount
    }
  }

  /// Calls `body` with the elements, single-precision numbers in row-major order, which may be unaligned.
  package func withUnsafeBytes<Result, E>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> Result
  ) throws(E) -> Result {
    defer { withExtendedLifetime(storage) {} }
    return try body(storage.bytes)
  }

  /// The elements were read and may leave memory; they come back where they are read again.
  package func release() { storage.release() }

  /// The same elements in another shape of as many elements.
  public func reshaped(to shape: Shape) -> Tensor {
    Tensor(shape: shape, storage: storage)
  }

  /// The first element that is not finite, in row-major order, or nil.
  public var firstNonFiniteIndex: Int? { withExtendedLifetime(storage) { nonFiniteIndex(in: storage.bytes) } }

  private func nonFiniteIndex(in bytes: UnsafeRawBufferPointer) -> Int? {
    func isNonFinite(_ index: Int) -> Bool {
      let exponent: UInt32 = 0x7F80_0000
      return bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self) & exponent == exponent
    }
    // In blocks without an early end, which processors do many elements at a time.
    let count = bytes.count / MemoryLayout<Float>.stride
    for start in stride(from: 0, to: count, by: 1_024) {
      let block = start..<min(start + 1_024, count)
      var isFound = false
      for index in block { isFound = isNonFinite(index) || isFound }
      if isFound { return block.first(where: isNonFinite) }
    }
    return nil
  }
}

extension Tensor: Hashable {
  /// Whether both have the same shape and elements, bit by bit: what is not a number equals itself, and 0 is not −0.
  public static func == (left: Tensor, right: Tensor) -> Bool {
    guard left.shape == right.shape else { return false }
    if left.storage === right.storage { return true }
    return withExtendedLifetime((left.storage, right.storage)) {
      let (left, right) = (left.storage.bytes, right.storage.bytes)
      guard let first = left.baseAddress, let second = right.baseAddress else { return true }
      return memcmp(first, second, left.count) == 0
    }
  }

  /// Hashes the shape and some of the elements.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(shape)
    withExtendedLifetime(storage) {
      let bytes = storage.bytes
      let count = bytes.count / MemoryLayout<Float>.stride
      for index in stride(from: 0, to: count, by: max(1, count / 8)) {
        hasher.combine(bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
      }
    }
  }
}

/// Elements in memory of our own.
private final class OwnedStorage: TensorStorage, @unchecked Sendable {
  // Written in `init` only.
  let bytes: UnsafeRawBufferPointer

  init(_ values: [Float]) {
    let copy = UnsafeMutableRawBufferPointer.allocate(
      byteCount: values.count * MemoryLayout<Float>.stride, alignment: 64)
    values.withUnsafeBytes { copy.copyMemory(from: $0) }
    bytes = UnsafeRawBufferPointer(copy)
  }

  deinit {
    bytes.deallocate()
  }
}
