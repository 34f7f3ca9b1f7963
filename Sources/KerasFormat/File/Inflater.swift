import CZlib

/// Decompression by zlib.
enum Inflater {
  /// What surrounds the compressed data.
  enum Wrapping: Int32 {
    /// zlib's header and checksum, as in HDF5.
    case zlib = 15
    /// Nothing, as in zip archives.
    case none = -15
  }

  /// Decompresses `source` into `target`, which has to become full to the last byte when the data ends.
  static func inflate(
    _ source: UnsafeRawBufferPointer, wrapping: Wrapping, into target: UnsafeMutableRawBufferPointer
  ) throws(StorageFault) {
    var stream = z_stream()
    guard
      inflateInit2_(&stream, wrapping.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw StorageFault(.limitExceeded, "there is not enough memory to decompress") }
    defer { inflateEnd(&stream) }
    // zlib counts in 32 bits, and wants to see whether more comes than there should be.
    let step = 1 << 30
    var consumed = 0
    var produced = 0
    var surplus: UInt8 = 0
    while true {
      let input = min(step, source.count - consumed)
      let output = min(step, target.count - produced)
      stream.next_in = UnsafeMutablePointer(
        mutating: source.baseAddress?.advanced(by: consumed).assumingMemoryBound(to: UInt8.self))
      stream.avail_in = UInt32(input)
      let status = withUnsafeMutablePointer(to: &surplus) { surplus in
        stream.next_out =
          output > 0
          ? target.baseAddress?.advanced(by: produced).assumingMemoryBound(to: UInt8.self) : surplus
        stream.avail_out = output > 0 ? UInt32(output) : 1
        return CZlib.inflate(&stream, Z_NO_FLUSH)
      }
      let read = input - Int(stream.avail_in)
      let written = (output > 0 ? output : 1) - Int(stream.avail_out)
      guard output > 0 || written == 0 else {
        throw .malformed("its compressed data holds more than the \(target.count) bytes that it should")
      }
      consumed += read
      produced += output > 0 ? written : 0
      switch status {
      case Z_STREAM_END:
        guard produced == target.count else {
          throw .malformed("its compressed data holds \(produced) bytes, not \(target.count)")
        }
        return
      case Z_OK where read > 0 || written > 0: continue
      case Z_OK, Z_BUF_ERROR: throw StorageFault(.truncated, "its compressed data is cut off")
      default: throw .malformed("its compressed data is damaged")
      }
    }
  }

  /// The CRC-32 of zip archives.
  static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    UInt32(
      truncatingIfNeeded: crc32_z(0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
  }
}
