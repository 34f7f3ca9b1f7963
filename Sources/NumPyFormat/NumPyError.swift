/// Why a `.npy` file could not be read or written.
public struct NumPyError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of a failure.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Value {
      case unreadable, notNumPy, truncated, malformedHeader, unsupportedType, sizeMismatch,
        unwritable
    }
    private let value: Value

    /// The name of the code, as it is written in Swift.
    public var description: String { "\(value)" }

    /// The file is missing, is not a regular file or cannot be read.
    public static let unreadable = Code(value: .unreadable)
    /// The bytes are no `.npy` file, or one of an unknown version.
    public static let notNumPy = Code(value: .notNumPy)
    /// The bytes end inside the header or the data.
    public static let truncated = Code(value: .truncated)
    /// The header is not the dictionary that NumPy writes.
    public static let malformedHeader = Code(value: .malformedHeader)
    /// The element type is not a number that can be read.
    public static let unsupportedType = Code(value: .unsupportedType)
    /// The shape is too large, or the file goes on after the data.
    public static let sizeMismatch = Code(value: .sizeMismatch)
    /// The file cannot be written.
    public static let unwritable = Code(value: .unwritable)
  }

  /// The kind of the failure.
  public let code: Code
  /// The file, or `nil` when bytes were parsed.
  public internal(set) var path: String?
  /// Where in the file, in bytes from its start, where that says something.
  public let offset: Int?
  /// What is wrong and what would be right.
  public let reason: String

  init(_ code: Code, at offset: Int? = nil, _ reason: String) {
    self.code = code
    self.offset = offset
    self.reason = reason
  }

  /// One sentence: the file, what is wrong and what would be right, and the byte.
  public var description: String {
    let place = offset.map { " (byte \($0))" } ?? ""
    return "\(path.map { $0 + ": the file" } ?? "the NumPy data") \(reason)\(place)"
  }
}
