import SaliencyCore

/// Why a model file could not be read or turned into a graph.
public struct ONNXError: Error, Hashable, Sendable {
  /// The kind of failure, for code that reacts to it; `message` is for people.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The name of the code, as it is written in Swift.
    public let description: String

    init(_ description: String) {
      self.description = description
    }

    /// The file cannot be opened or is no regular file.
    public static let unreadable = Code("unreadable")
    /// The file is something else than an ONNX model.
    public static let notONNX = Code("notONNX")
    /// The file ends before its contents do, or is empty.
    public static let truncated = Code("truncated")
    /// The bytes break the rules of the file format.
    public static let malformed = Code("malformed")
    /// The file asks for more memory or deeper nesting than any real model.
    public static let limitExceeded = Code("limitExceeded")
    /// The file can be decoded but contradicts itself, or lacks something a model must have.
    public static let invalidModel = Code("invalidModel")
    /// A file with tensor data beside the model is missing, too short, or outside the model's folder.
    public static let externalData = Code("externalData")
    /// A valid tensor has elements of a type that is not supported, or not of the type that is needed.
    public static let unsupportedElementType = Code("unsupportedElementType")
    /// A valid node has an operator, a version or an attribute that is not supported.
    public static let unsupportedOperator = Code("unsupportedOperator")
    /// The shapes of a node's operands do not fit each other or the operator.
    public static let shapeMismatch = Code("shapeMismatch")
    /// A node of a graph that is exported has no counterpart in ONNX, or in the operator set that is asked for.
    public static let notExportable = Code("notExportable")
    /// A node of a graph that is exported depends on the batch in a way that cannot be left open.
    public static let batchDependent = Code("batchDependent")
    /// A file cannot be written.
    public static let unwritable = Code("unwritable")
  }

  /// The kind of failure.
  public var code: Code
  /// What is wrong and what would be right: a clause without capital and full stop that follows the names of
  /// file, node and tensor.
  public var message: String
  /// The path of the file, as it was given.
  public var file: String
  /// The name of the node concerned, if there is one.
  public var node: String?
  /// The name of the tensor concerned, if there is one; empty if it has no name.
  public var tensor: String?
  /// Where in the file the fault lies, in bytes from its start, if that is known.
  public var byteOffset: Int?

  package init(
    _ code: Code, _ message: String, file: String, node: String? = nil, tensor: String? = nil,
    byteOffset: Int? = nil
  ) {
    self.code = code
    self.message = message
    self.file = file
    self.node = node
    self.tensor = tensor
    self.byteOffset = byteOffset
  }
}

extension ONNXError: CustomStringConvertible {
  /// One sentence: the file, the node, the tensor, what is wrong with it, and at which byte.
  ///
  /// Names that come from a file are shortened, and their control characters are escaped.
  public var description: String {
    var context = [file.printable(limit: 1000)]
    if let node { context.append("node '\(node.printable())'") }
    if let tensor { context.append(tensor.isEmpty ? "unnamed tensor" : "tensor '\(tensor.printable())'") }
    let place = byteOffset.map { " (at byte \($0))" } ?? ""
    return context.joined(separator: ": ") + ": \(message)\(place)"
  }
}
