import FileAccess

/// A tensor whose elements are known to fit its shape and type.
package struct ONNXTensor: Sendable {
  enum Storage: Sendable {
    case mapped(MappedFile, Range<Int>)
    case owned([UInt8])
  }

  /// The name, empty if it has none.
  package let name: String
  /// The sizes of the dimensions, outermost first; empty for a scalar.
  package let shape: [Int]
  package let elementType: ONNXElementType
  /// The product of `shape`: 1 for a scalar, 0 if a dimension is 0.
  package let elementCount: Int
  let storage: Storage
  let file: String

  package var isFloatingPoint: Bool { elementType.isFloatingPoint }

  /// Calls `body` with the elements: row-major, little-endian, `elementType.byteCount` bytes each, unaligned.
  ///
  /// Elements that the file stores as they are in memory are not copied. A `bool` is true if its byte is not
  /// 0.
  package func withUnsafeBytes<Result, E>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> Result
  ) throws(E) -> Result {
    switch storage {
    case .mapped(let file, let range): try file.withUnsafeBytes(in: range, body)
    case .owned(let bytes): try bytes.span.bytes.withUnsafeBytes(body)
    }
  }
}
