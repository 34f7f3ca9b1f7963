/// A question that cannot be answered: what was asked, why it cannot be, and what would be right.
public struct SaliencyError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private let name: String

    /// The name of the code, as it is written in Swift.
    public var description: String { name }

    /// A file that is missing or cannot be read.
    public static let unreadable = Code(name: "unreadable")
    /// A file whose contents are damaged or of another kind than expected.
    public static let invalidFile = Code(name: "invalidFile")
    /// An input whose shape or contents do not fit the model.
    public static let invalidInput = Code(name: "invalidInput")
    /// A class, unit or layer that does not exist.
    public static let unknownTarget = Code(name: "unknownTarget")
    /// A layer that cannot be computed, as operators that it needs are not supported or depend on data.
    public static let unavailable = Code(name: "unavailable")
    /// A setting that makes no sense for the model.
    public static let invalidSetting = Code(name: "invalidSetting")
    /// A backpropagation rule that matched no node, so that its result would be a plain gradient.
    public static let methodMatchedNothing = Code(name: "methodMatchedNothing")
    /// A result that cannot be written.
    public static let unwritable = Code(name: "unwritable")
    /// A result with numbers that are not finite.
    public static let nonFinite = Code(name: "nonFinite")
  }

  /// The kind of failure.
  public let code: Code
  /// What is wrong and what would be right: a clause without capital and full stop.
  public let message: String
  /// The path of the model, the labels or the settings that are concerned; nil where none is.
  public internal(set) var file: String?

  /// An error.
  ///
  /// - Parameters:
  ///   - code: the kind of failure.
  ///   - message: what is wrong and what would be right: a clause without capital and full stop.
  ///   - file: the path that is concerned.
  public init(_ code: Code, _ message: String, file: String? = nil) {
    self.code = code
    self.message = message
    self.file = file
  }

  /// The sentence shown to a person.
  public var description: String { (file.map { $0 + ": " } ?? "") + message }

  /// The result of `body`, with `file` named in its errors where they name none.
  static func naming<Result>(_ file: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch var error as SaliencyError {
      error.file = error.file ?? file
      throw error
    }
  }

  /// The result of `body`, with `file` named in its errors where they name none.
  static func naming<Result>(_ file: String, _ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch var error as SaliencyError {
      error.file = error.file ?? file
      throw error
    }
  }
}
