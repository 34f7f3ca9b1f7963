import LibC

/// Complete reads and writes of a descriptor.
package enum Streams {
  /// Why a stream cannot be read, as a clause that follows its name.
  package struct Failure: Error {
    /// Such as "cannot be read: Input/output error".
    package let description: String
  }

  /// Reads to the end.
  ///
  /// - Parameter limit: the most bytes that are read, which is known from the first few.
  package static func contents(
    of descriptor: Int32, limit: (ArraySlice<UInt8>) -> Int
  ) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw Failure(description: "cannot be read: \(String(cString: strerror(errno)))")
      }
      guard count > 0 else { return bytes }
      bytes += chunk[..<count]
      let limit = limit(bytes.prefix(64))
      guard bytes.count <= limit else {
        throw Failure(description: "has more than \(limit) bytes; up to \(limit) bytes are read")
      }
    }
  }

  /// Writes all of `bytes`; false where the system refuses, with the reason in `errno`.
  package static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { write($0, to: descriptor) }
  }

  /// Writes all of `bytes`; false where the system refuses, with the reason in `errno`.
  package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var start = 0
    while start < bytes.count {
      let count = LibC.write(descriptor, bytes.baseAddress! + start, bytes.count - start)
      if count < 0 {
        if errno == EINTR { continue }
        return false
      }
      start += count
    }
    return true
  }
}
