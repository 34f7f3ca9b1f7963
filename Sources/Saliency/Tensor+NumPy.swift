internal import NumPyFormat
public import SaliencyCore

extension Tensor {
  /// Reads a tensor from a `.npy` file of any real type, byte order and layout.
  ///
  /// The elements are rounded to single precision and brought to row-major order.
  ///
  /// - Throws: `NumPyError` where the file is missing, damaged, of another element type, or not exactly as long as its
  ///   header says.
  public init(contentsOf path: String) throws {
    let array = try NumPyArray(contentsOf: path)
    self.init(shape: array.shape, values: array.values)
  }

  /// Reads a tensor from the bytes of a `.npy` file; see ``init(contentsOf:)``.
  public init(decoding bytes: [UInt8]) throws {
    let array = try NumPyArray(parsing: bytes)
    self.init(shape: array.shape, values: array.values)
  }

  /// The tensor as the bytes of a `.npy` file of single precision in C order.
  public func encodedAsNumPy() -> [UInt8] { NumPyArray(shape: shape, values: values).serialized() }

  /// Writes the tensor to a `.npy` file of single precision in C order, whole or not at all.
  ///
  /// - Throws: `NumPyError` where the file cannot be written.
  public func write(to path: String) throws {
    try NumPyArray(shape: shape, values: values).write(to: path)
  }
}
