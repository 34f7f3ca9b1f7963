/// The bytes of a `.npy` file: magic, version, header, data.
enum NumPyParser {
  static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

  static func parse(_ bytes: [UInt8]) throws(NumPyError) -> NumPyArray {
    guard bytes.starts(with: magic) else {
      throw NumPyError(.notNumPy, at: 0, "does not start with the bytes \\x93NUMPY of a .npy file")
    }
    guard bytes.count >= 8 else {
      throw NumPyError(.truncated, at: bytes.count, "ends inside the version number")
    }
    guard (1...3).contains(bytes[6]), bytes[7] == 0 else {
      throw NumPyError(
        .notNumPy, at: 6,
        "has the format version \(bytes[6]).\(bytes[7]); versions 1.0, 2.0 and 3.0 are known")
    }
    let lengthSize = bytes[6] == 1 ? 2 : 4
    let start = 8 + lengthSize
    guard bytes.count >= start else {
      throw NumPyError(.truncated, at: bytes.count, "ends inside the header's length")
    }
    let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= bytes.count - start else {
      throw NumPyError(
        .truncated, at: 8, "claims a header of \(length) bytes, but only \(bytes.count - start) follow")
    }
    let header = try NumPyHeader(parsing: bytes[start..<start + length])
    var array = NumPyArray(
      shape: header.shape, values: try values(of: header, in: bytes, from: start + length))
    array.elementMaximum = header.type.maximum
    return array
  }

  private static func values(
    of header: NumPyHeader, in bytes: [UInt8], from start: Int
  ) throws(NumPyError) -> [Float] {
    // A zero among the extents does not excuse the others: whoever multiplies them later must not overflow.
    var bound = header.type.size
    var overflows = false
    for extent in header.shape {
      let (product, overflow) = bound.multipliedReportingOverflow(by: max(extent, 1))
      bound = product
      overflows = overflows || overflow
    }
    let size = header.shape.contains(0) ? 0 : bound
    guard !overflows else {
      throw NumPyError(
        .sizeMismatch, at: start, "has the shape \(header.shape), which is larger than any file")
    }
    let available = bytes.count - start
    guard size <= available else {
      throw NumPyError(
        .truncated, at: bytes.count,
        "ends too early: the shape \(header.shape) of '\(header.type)' needs \(size) bytes, "
          + "but only \(available) follow"
      )
    }
    guard size == available else {
      throw NumPyError(
        .sizeMismatch, at: start + size,
        "goes on for \(available - size) bytes after the \(size) that the shape \(header.shape) needs")
    }
    let values = header.type.decode(bytes[start...])
    return header.isFortranOrder ? rowMajor(values, shape: header.shape) : values
  }

  /// The values of an array whose first axis varies fastest, reordered so that its last does.
  private static func rowMajor(_ values: [Float], shape: [Int]) -> [Float] {
    guard shape.count > 1, !values.isEmpty else { return values }
    var strides = [1]
    for extent in shape.dropLast() { strides.append(strides[strides.count - 1] * extent) }
    var index = [Int](repeating: 0, count: shape.count)
    var position = 0
    return [Float](unsafeUninitializedCapacity: values.count) { buffer, count in
      while count < values.count {
        buffer.initializeElement(at: count, to: values[position])
        count += 1
        for axis in shape.indices.reversed() {
          index[axis] += 1
          position += strides[axis]
          if index[axis] < shape[axis] { break }
          position -= strides[axis] * shape[axis]
          index[axis] = 0
        }
      }
    }
  }
}
