/// A graph that cannot be built, differentiated or run, with the node that is to blame.
public struct GraphError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private let name: String

    /// The name of the code, as it is written in Swift.
    public var description: String { name }

    /// Operands whose shapes do not fit the operation.
    public static let shapeMismatch = Code(name: "shapeMismatch")
    /// A derivative that is asked for and is not defined.
    public static let notDifferentiable = Code(name: "notDifferentiable")
    /// An output that does not depend on what the gradient is taken with respect to.
    public static let noPath = Code(name: "noPath")
    /// A tensor larger than any that can be computed.
    public static let tooLarge = Code(name: "tooLarge")
    /// More memory than the machine has or than the executor's limit leaves.
    public static let outOfMemory = Code(name: "outOfMemory")
    /// A tensor given for an input that does not have the input's shape.
    public static let inputMismatch = Code(name: "inputMismatch")
    /// A value that belongs to another graph.
    public static let foreignValue = Code(name: "foreignValue")
    /// A constant that is not a number.
    public static let nonFinite = Code(name: "nonFinite")
    /// What this processor cannot do.
    public static let unsupported = Code(name: "unsupported")
    /// A value of the model that cannot be computed, as operators before it are not supported.
    public static let unavailable = Code(name: "unavailable")
    /// An operation that the execution library refused.
    public static let execution = Code(name: "execution")
  }

  /// The kind of failure.
  public var code: Code
  /// What is wrong and what would be right.
  public var message: String
  /// The node's name in the model, where there is one.
  public var node: String?
  /// The operation's name, where there is one.
  public var operation: String?

  /// How much memory was missing, where that is what went wrong and the numbers are known.
  public var shortage: Shortage?

  /// Memory that was needed, and what there was.
  public struct Shortage: Sendable, Hashable {
    /// The bytes that were asked for.
    public let neededByteCount: Int
    /// The bytes that could be had.
    public let availableByteCount: Int

    /// Memory that was needed, and what there was.
    public init(neededByteCount: Int, availableByteCount: Int) {
      (self.neededByteCount, self.availableByteCount) = (neededByteCount, availableByteCount)
    }
  }

  /// An error, to be completed with the node by whoever knows it.
  public init(_ code: Code, _ message: String, node: String? = nil, operation: String? = nil) {
    self.code = code
    self.message = message
    self.node = node
    self.operation = operation
  }

  /// The same error with the node that is to blame, where that is not named yet and one is.
  func completed(node: String?, operation: String?) -> GraphError {
    guard code != .unavailable else { return self }
    var error = self
    error.node = self.node ?? node
    error.operation = self.operation ?? operation
    return error
  }

  /// The sentence shown to a person.
  public var description: String {
    guard let node, !node.isEmpty else { return operation.map { "\($0): \(message)" } ?? message }
    return "node '\(node.printable())'" + (operation.map { " (\($0))" } ?? "") + ": " + message
  }
}
