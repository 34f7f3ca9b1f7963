package import FileAccess

/// A trained network as one file format holds it: what it takes and gives, and the graph for inputs of concrete shapes.
///
/// A format is one such type, in a module of its own. Nothing else knows what its operators or layers are called.
package protocol ModelSource: Sendable {
  /// Whether a file that begins like this is opened by ``init(_:)``, going by its first bytes.
  static func recognizes(_ head: Span<UInt8>) -> Bool

  /// Opens a file. Kinds of nodes that are not supported are no error yet.
  ///
  /// - Throws: an error of the format, where the file is no such model, or is damaged.
  init(_ file: MappedFile) throws

  /// The SHA-256 digest of the file, in hexadecimal.
  var digest: String { get }
  /// The format and its version, such as "ONNX, operator set 17".
  var formatName: String { get }
  /// The program that wrote the file; empty where it does not say.
  var producer: String { get }
  /// The model's own properties, by key.
  var metadata: [String: String] { get }
  /// The inputs that have to be given when the model runs.
  var inputs: [ModelInput] { get }
  /// The names of the outputs.
  var outputs: [String] { get }
  /// The nodes, of those that an output depends on, whose kinds are unknown here.
  var unsupportedNodes: [UnsupportedNode] { get }
  /// Whether weights lie in files of their own beside the model.
  var hasExternalWeights: Bool { get }
  /// Whether the first axis of each input is the batch's by the format's own rules.
  static var hasLeadingBatch: Bool { get }
  /// Whether images have their channels last by the format's convention.
  static var hasChannelsLast: Bool { get }

  /// What the first nodes behind an input say about it.
  func reading(ofInput name: String) -> InputReading

  /// The network for inputs of concrete shapes, by name.
  ///
  /// - Parameters:
  ///   - inputShapes: the shapes of the inputs that are given when the network runs.
  ///   - constants: the inputs that are given now, once and for all, and are no inputs of the network.
  ///   - tolerance: what the network may lack.
  /// - Throws: an error of the format, which names what does not fit.
  func network(
    inputShapes: [String: Shape], constants: [String: Tensor], tolerance: ImportTolerance
  ) throws -> Network
}

/// What a network may lack that is imported from a file.
package enum ImportTolerance: Sendable {
  /// Nothing: whatever is not supported is an error.
  case nothing
  /// Nodes that are not supported, and what depends on them: the network's `blockedLayers`.
  case unsupported
  /// Those, and nodes that do not take inputs of these shapes.
  case unfitting
}

/// An input that has to be given when a model runs.
public struct ModelInput: Sendable, Hashable {
  /// The name in the model.
  public let name: String
  /// The extents, outermost first, nil where the model leaves them open; nil where it does not even fix the rank.
  public let dimensions: [Int?]?
  /// What its elements are, as the format calls it, such as "float32" or "uint8".
  public let elementType: String
  /// The numbers that it takes, where those are integers; nil for real numbers.
  public let integerRange: ClosedRange<Double>?

  package init(
    name: String, dimensions: [Int?]?, elementType: String = "float32",
    integerRange: ClosedRange<Double>? = nil
  ) {
    self.name = name
    self.dimensions = dimensions
    self.elementType = elementType
    self.integerRange = integerRange
  }

  /// Whether a tensor of `shape` has the extents that the model fixes.
  package func takes(_ shape: Shape) -> Bool {
    guard let dimensions else { return true }
    return dimensions.count == shape.count && zip(dimensions, shape).allSatisfy { $0 == nil || $0 == $1 }
  }

  /// The extents as messages have them, such as "?×3×224×224".
  package var dimensionsText: String {
    guard let dimensions else { return "any shape" }
    return dimensions.isEmpty
      ? "a scalar" : dimensions.map { $0.map(String.init) ?? "?" }.joined(separator: "×")
  }
}

/// A node or layer whose kind the package does not know.
public struct UnsupportedNode: Sendable, Hashable {
  /// The name of the node or layer; of one in a nested model after the model's.
  public let node: String
  /// The operator, with its domain where that is not ONNX's own, or the class of the layer.
  public let kind: String

  package init(node: String, kind: String) {
    self.node = node
    self.kind = kind
  }
}

/// What the first nodes behind an input say about it.
package struct InputReading: Sendable, Hashable {
  /// The axis of an image's channels, where a node tells: 1 or 3.
  package var channelAxis: Int?
  /// The number of channels, where a convolution tells.
  package var channelCount: Int?
  /// What bytes of an image are multiplied by for a network that normalizes its input itself; nil for others.
  package var pixelScale: Float?
  /// What normalizes it, such as "nodes of the model"; empty where nothing does.
  package var scaleOrigin = ""

  /// Nothing is said.
  package init() {}
}
