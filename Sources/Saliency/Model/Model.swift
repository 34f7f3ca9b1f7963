public import ONNXFormat
public import SaliencyCore

/// A trained network in a file.
///
/// The model is never changed and may be shared between tasks. Weights stay in the mapped file until an explainer packs
/// them.
public struct Model: Sendable {
  /// An input that has to be given when the model runs.
  public struct Input: Sendable, Hashable {
    /// The name in the model.
    public let name: String
    /// The extents, outermost first, nil where the model leaves them open; nil where it does not even fix the rank.
    public let dimensions: [Int?]?
  }

  /// A node whose operator the package does not know.
  public struct UnsupportedNode: Sendable, Hashable {
    /// The name of the node.
    public let node: String
    /// The operator, with its domain where that is not ONNX's own.
    public let kind: String
  }

  /// The path that the model was opened with.
  public let path: String
  private let onnx: ONNXModel

  /// Opens the ONNX model at `path`.
  ///
  /// Operators that are not supported are no error yet; see ``unsupportedNodes``.
  ///
  /// - Throws: `ONNXError` where the file cannot be read, is no ONNX model, is damaged, or is written for an operator
  ///   set other than 7 to 21.
  public init(contentsOf path: String) throws(ONNXError) {
    self.path = path
    onnx = try ONNXModel(contentsOf: path)
  }

  /// The file's name without its folder.
  public var name: String { path.split(separator: "/").last.map(String.init) ?? path }
  /// The SHA-256 digest of the file, in hexadecimal.
  public var digest: String { onnx.digest }
  /// The format and its version, such as "ONNX, operator set 17".
  public var format: String { "ONNX, operator set \(onnx.operatorSetVersion)" }
  /// The program that wrote the file; empty where it does not say.
  public var producer: String { onnx.producer }
  /// The model's own properties, by key.
  public var metadata: [String: String] { onnx.metadata }
  /// The inputs, with extents that are nil where the model leaves them open.
  public var inputs: [Input] { onnx.inputs.map { Input(name: $0.name, dimensions: $0.dimensions) } }
  /// The names of the outputs; the first is explained.
  public var outputs: [String] { onnx.outputs }
  /// The nodes whose operators are not supported; a model that has any cannot be explained.
  public var unsupportedNodes: [UnsupportedNode] {
    onnx.unsupportedNodes.map { UnsupportedNode(node: $0.node, kind: $0.kind) }
  }

  /// The network for an input of a concrete shape.
  ///
  /// - Throws: `ONNXError` where operators are not supported, all of them together, or a node does not fit;
  ///   `SaliencyError` where the shape does not fit the input.
  public func network(inputShape: Shape) throws -> Network {
    let input = try soleInput()
    let isSupported = onnx.unsupportedNodes.isEmpty
    guard !isSupported || inputShape.allSatisfy({ $0 >= 1 }) else {
      throw SaliencyError(.invalidInput, "its shape, \(inputShape.text), has no elements")
    }
    if isSupported, let dimensions = input.dimensions {
      guard dimensions.count == inputShape.count,
        zip(dimensions, inputShape).allSatisfy({ $0 == nil || $0 == $1 })
      else {
        throw SaliencyError(
          .invalidInput,
          "its shape, \(inputShape.text), does not fit input '\(input.name.printable())' of \(name), which takes "
            + dimensions.map { $0.map(String.init) ?? "?" }.joined(separator: "×"))
      }
    }
    return try onnx.network(inputShapes: [input.name: inputShape])
  }

  /// The only input.
  ///
  /// - Throws: `SaliencyError` where there is none, or more than one.
  public func soleInput() throws(SaliencyError) -> Input {
    guard inputs.count == 1 else {
      let names = inputs.map { "'\($0.name)'" }.joined(separator: ", ")
      throw SaliencyError(
        .invalidSetting,
        "models with one input can be explained, this one has \(inputs.count): \(names)", file: path)
    }
    return inputs[0]
  }

  /// The shape of the input where the model fixes it, with 1 for a batch that it leaves open; nil where other extents
  /// are open too.
  public func fixedInputShape() throws(SaliencyError) -> Shape? {
    guard let dimensions = try soleInput().dimensions else { return nil }
    var shape = Shape()
    for (axis, extent) in dimensions.enumerated() {
      guard let extent = extent ?? (axis == 0 ? 1 : nil) else { return nil }
      shape.append(extent)
    }
    return shape
  }
}
