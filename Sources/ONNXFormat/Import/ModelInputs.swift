import SaliencyCore

/// An input as a graph declares it.
struct DeclaredInput {
  /// What everyone sees of it.
  let input: ModelInput
  /// What its elements are in the model.
  let type: ONNXElementType
}

extension DeclaredInput {
  /// The inputs of a graph, without those that only name an initializer.
  ///
  /// - Throws: `ONNXError` where one is no tensor of numbers.
  static func all(of graph: ONNXGraphProto, file: String) throws(ONNXError) -> [Self] {
    let weights = Set(graph.initializer.map(\.name))
    return try inputs(of: graph, file: file) { !weights.contains($0) }
  }

  /// The inputs that only name an initializer, which is their default.
  static func replaceableWeights(of graph: ONNXGraphProto, file: String) throws(ONNXError) -> [Self] {
    let weights = Set(graph.initializer.map(\.name))
    return try inputs(of: graph, file: file) { weights.contains($0) }
  }

  private static func inputs(
    of graph: ONNXGraphProto, file: String, where isIncluded: (String) -> Bool
  ) throws(ONNXError) -> [Self] {
    var inputs: [Self] = []
    for input in graph.input where isIncluded(input.name) {
      guard case .tensorType(let type) = input.type.value else {
        throw ONNXError(
          .unsupportedOperator, "an input has to be a tensor, not a sequence, map or optional value",
          file: file,
          tensor: input.name)
      }
      inputs.append(
        Self(
          name: input.name, dimensions: type.hasShape ? type.shape.extents : nil,
          type: try elementType(type.elemType, of: input.name, file: file)))
    }
    return inputs
  }

  private static func elementType(
    _ number: Int32, of input: String, file: String
  ) throws(ONNXError) -> ONNXElementType {
    guard let type = ONNXElementType(rawValue: number) else {
      throw ONNXError(
        .invalidModel, "its element type has the number \(number), which ONNX does not define", file: file,
        tensor: input)
    }
    guard ![.string, .complex64, .complex128].contains(type) else {
      throw ONNXError(
        .unsupportedElementType, "an input of element type \(type) is not supported", file: file,
        tensor: input)
    }
    return type
  }

  /// Throws where the model fixes other extents than those of `shape`.
  func check(_ shape: Shape, file: String) throws(ONNXError) {
    guard !input.takes(shape) else { return }
    throw ONNXError(
      .shapeMismatch, "the model takes \(input.dimensionsText), the input at hand is \(shape.text)",
      file: file, tensor: input.name)
  }

  /// A tensor whose elements are all of the input's type.
  func checked(_ tensor: Tensor, file: String) throws(ONNXError) -> Tensor {
    guard let range = type.integerRange else { return tensor }
    let limits = Float(range.lowerBound)...Float(range.upperBound)
    if let value = tensor.values.first(where: { !limits.contains($0) || $0 != $0.rounded() }) {
      throw ONNXError(
        .shapeMismatch, "the input takes elements of type \(type), and the tensor at hand has \(value)",
        file: file,
        tensor: input.name)
    }
    return tensor
  }

  private init(name: String, dimensions: [Int?]?, type: ONNXElementType) {
    input = ModelInput(
      name: name, dimensions: dimensions, elementType: "\(type)", integerRange: type.integerRange)
    self.type = type
  }
}

extension ONNXTensorShapeProto {
  /// The extents, outermost first, nil where they are left open.
  var extents: [Int?] {
    dim.map { dimension in
      guard case .dimValue(let extent) = dimension.value, extent > 0 else { return nil }
      return Int(extent)
    }
  }
}
