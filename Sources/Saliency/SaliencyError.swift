/// A question that cannot be answered: what was asked, why it cannot be, and what would be right.
public struct SaliencyError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure.
  public struct Code: Sendable, Hashable {
    private let name: String

    /// A file that is missing or cannot be read.
    public static let unreadable = Code(name: "unreadable")
    /// A file whose contents are damaged or of another kind than expected.
    public static let invalidFile = Code(name: "invalidFile")
    /// An input whose shape or contents do not fit the model.
    public static let invalidInput = Code(name: "invalidInput")
    /// A class, unit or layer that does not exist.
    public static let unknownTarget = Code(name: "unknownTarget")
    /// A setting that makes no sense for the model.
    public static let invalidSetting = Code(name: "invalidSetting")
    /// A backpropagation rule that matched no node, so that its result would be a plain gradient.
    public static let methodMatchedNothing = Code(name: "methodMatchedNothing")
    /// A result with numbers that are not finite.
    public static let nonFinite = Code(name: "nonFinite")
  }

  /// The kind of failure.
  public let code: Code
  /// The sentence shown to a person.
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
