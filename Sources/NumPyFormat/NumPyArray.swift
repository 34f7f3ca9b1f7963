internal import FileAccess

/// An array of numbers as NumPy keeps it in a `.npy` file, held as 32-bit floats in row-major order.
///
/// A scalar has the shape `[]` and one value; a shape with a zero in it has no values.
public struct NumPyArray: Sendable, Equatable {
  /// The extent of each axis.
  public var shape: [Int]
  /// The elements, the last axis varying fastest; as many as the product of `shape`.
  public var values: [Float]
  /// What stands for all of something: the largest number of an integer type that was read, else 1.
  public internal(set) var elementMaximum: Float = 1

  /// The largest file that is read: 1 GiB.
  public static let maximumFileSize = 1 << 30

  /// An array of the given shape.
  ///
  /// - Precondition: `values` has as many elements as the product of `shape`, and no extent is negative.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.allSatisfy { $0 >= 0 }, "`shape` must not have negative extents")
    precondition(shape.reduce(1, *) == values.count, "`values` must have as many elements as `shape` says")
    self.shape = shape
    self.values = values
  }

  /// Whether both have the same shape and numbers, whatever type they were read from.
  public static func == (left: NumPyArray, right: NumPyArray) -> Bool {
    left.shape == right.shape && left.values == right.values
  }

  /// Reads a `.npy` file of format version 1, 2 or 3.
  ///
  /// Elements may be bool, signed or unsigned integers of 1, 2, 4 or 8 bytes, or floats of 2, 4 or 8 bytes,
  /// of either byte order, in C or Fortran order; they are rounded to `Float` and returned row-major.
  ///
  /// - Throws: `NumPyError`, naming the file and the byte, when the file is missing, damaged, of another
  ///   element type, or not exactly as long as its header says. Nothing is allocated on the word of the
  ///   header alone.
  public init(contentsOf path: String) throws(NumPyError) {
    do throws(NumPyError) {
      self = try NumPyParser.parse(try Self.bytes(ofFileAt: path))
    } catch {
      var error = error
      error.path = path
      throw error
    }
  }

  private static func bytes(ofFileAt path: String) throws(NumPyError) -> [UInt8] {
    do throws(RegularFile.Failure) {
      return try RegularFile.contents(of: path, limit: maximumFileSize)
    } catch {
      throw NumPyError(error.isTooLarge ? .sizeMismatch : .unreadable, error.description)
    }
  }

  /// Reads the bytes of a `.npy` file; see ``init(contentsOf:)``.
  public init(parsing bytes: [UInt8]) throws(NumPyError) {
    self = try NumPyParser.parse(bytes)
  }

  /// The array as a `.npy` file: version 1.0 (2.0 if the shape's text needs it), little-endian `f4`, C order,
  /// data aligned to 64 bytes.
  ///
  /// - Precondition: `values` has as many elements as the product of `shape`.
  public func serialized() -> [UInt8] {
    precondition(shape.reduce(1, *) == values.count, "`values` must have as many elements as `shape` says")
    let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(extents)), }"
    let isShort = header.utf8.count + 64 <= Int(UInt16.max)
    let prefixCount = isShort ? 10 : 12
    let padding = 63 - (prefixCount + header.utf8.count) % 64
    let headerCount = header.utf8.count + padding + 1

    var bytes: [UInt8] = []
    bytes.reserveCapacity(prefixCount + headerCount + 4 * values.count)
    bytes += NumPyParser.magic
    bytes += [isShort ? 1 : 2, 0]
    for byte in 0..<(isShort ? 2 : 4) { bytes.append(UInt8(truncatingIfNeeded: headerCount >> (8 * byte))) }
    bytes += header.utf8
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: padding))
    bytes.append(UInt8(ascii: "\n"))
    for value in values {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }
  /// Writes the array to a `.npy` file, whole or not at all; see ``serialized()``.
  ///
  /// - Throws: `NumPyError`, naming the file, when it cannot be written.
  /// - Precondition: `values` has as many elements as the product of `shape`.
  public func write(to path: String) throws(NumPyError) {
    do throws(AtomicFile.Failure) {
      try AtomicFile.write(serialized(), to: path)
    } catch {
      var failure = NumPyError(.unwritable, "cannot be written: \(error)")
      failure.path = path
      throw failure
    }
  }
}
