/// Why an image could not be read, made or written.
public struct ImageError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of a failure.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Value {
      case unreadable, unsupportedFormat, malformed, tooLarge, invalidArgument, nonFinite, unknownColorMap,
        encodingFailed, unwritable
    }
    private let value: Value

    /// The name of the code, as it is written in Swift.
    public var description: String { "\(value)" }

    /// The file is missing, is not a regular file or cannot be read.
    public static let unreadable = Code(value: .unreadable)
    /// The bytes are of no format that can be read.
    public static let unsupportedFormat = Code(value: .unsupportedFormat)
    /// The bytes are damaged, or end too early.
    public static let malformed = Code(value: .malformed)
    /// The file or the image is larger than the limits allow.
    public static let tooLarge = Code(value: .tooLarge)
    /// A size, an area, a percentage or a number of values makes no sense.
    public static let invalidArgument = Code(value: .invalidArgument)
    /// A value is infinite or not a number.
    public static let nonFinite = Code(value: .nonFinite)
    /// There is no color map of that name.
    public static let unknownColorMap = Code(value: .unknownColorMap)
    /// The format cannot hold the image, or memory ran out.
    public static let encodingFailed = Code(value: .encodingFailed)
    /// The file cannot be written.
    public static let unwritable = Code(value: .unwritable)
  }

  /// The kind of the failure.
  public let code: Code
  /// The file, or `nil` when none is involved.
  public internal(set) var path: String?
  /// What is wrong and what would be right.
  public let reason: String

  init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  /// One sentence without full stop: the file, if any, what is wrong and what would be right.
  public var description: String {
    (path.map { $0 + ": " } ?? "") + reason
  }
}
