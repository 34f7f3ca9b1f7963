import SaliencyCore

/// Why a Keras model file could not be read or turned into a graph.
public struct KerasError: Error, Hashable, Sendable {
  /// The kind of failure, for code that reacts to it; `message` is for people.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The name of the code, as it is written in Swift.
    public let description: String

    init(_ description: String) {
      self.description = description
    }

    /// The file cannot be opened or is no regular file.
    public static let unreadable = Code("unreadable")
    /// The file is something else than a Keras model.
    public static let notKeras = Code("notKeras")
    /// The file ends before its contents do, or is empty.
    public static let truncated = Code("truncated")
    /// The bytes break the rules of the file format.
    public static let malformed = Code("malformed")
    /// The file asks for more memory or deeper nesting than any real model.
    public static let limitExceeded = Code("limitExceeded")
    /// The file uses a part of zip or HDF5 that no Keras model needs, such as links to other files.
    public static let unsupportedStorage = Code("unsupportedStorage")
    /// The file has weights and no architecture.
    public static let missingArchitecture = Code("missingArchitecture")
    /// The configuration can be decoded but contradicts itself, or lacks something a model must have.
    public static let invalidModel = Code("invalidModel")
    /// Weights that the configuration asks for are not in the file.
    public static let missingWeights = Code("missingWeights")
    /// Weights have elements of a type that is not supported.
    public static let unsupportedElementType = Code("unsupportedElementType")
    /// A layer, or one of its options, is not supported.
    public static let unsupportedLayer = Code("unsupportedLayer")
    /// Shapes of weights, inputs or operands do not fit each other or the layer.
    public static let shapeMismatch = Code("shapeMismatch")
  }

  /// The kind of failure.
  public var code: Code
  /// What is wrong and what would be right: a clause without capital and full stop that follows the names of file,
  /// layer and weight.
  public var message: String
  /// The path of the file, as it was given.
  public var file: String
  /// The name of the layer concerned, if there is one.
  public var layer: String?
  /// The path of the weight or group of weights concerned, if there is one.
  public var weight: String?

  package init(
    _ code: Code, _ message: String, file: String, layer: String? = nil, weight: String? = nil
  ) {
    self.code = code
    self.message = message
    self.file = file
    self.layer = layer
    self.weight = weight
  }
}

extension KerasError: CustomStringConvertible {
  /// One sentence: the file, the layer, the weight, and what is wrong with it.
  ///
  /// Names that come from a file are shortened, and their control characters are escaped.
  public var description: String {
    var context = [file.printable(limit: 1000)]
    if let layer { context.append("layer '\(layer.printable())'") }
    if let weight { context.append("'\(weight.printable(limit: 300))'") }
    return context.joined(separator: ": ") + ": \(message)"
  }
}

/// What is wrong with the bytes of a file; whoever catches it adds the names of file and weight.
struct StorageFault: Error {
  var code: KerasError.Code
  var message: String

  init(_ code: KerasError.Code, _ message: String) {
    self.code = code
    self.message = message
  }

  static func malformed(_ message: String) -> StorageFault { StorageFault(.malformed, message) }
  static func unsupported(_ message: String) -> StorageFault { StorageFault(.unsupportedStorage, message) }

  /// Throws where `count` bytes are more than the machine can give.
  static func requireMemory(_ count: Int, for purpose: String) throws(StorageFault) {
    do { try AvailableMemory.require(count, for: purpose) } catch {
      throw StorageFault(.limitExceeded, error.message)
    }
  }
}
