import SaliencyCore

extension ONNXModel.Input {
  /// The inputs of a graph, without those that only name an initialiser.
  ///
  /// - Throws: `ONNXError` where there is none, or one that is not a tensor of numbers that a gradient can be taken of.
  static func all(of graph: ONNXGraphProto, file: String) throws(ONNXError) -> [Self] {
    let initializers = Set(graph.initializer.map(\.name))
    var inputs: [Self] = []
    for input in graph.input where !initializers.contains(input.name) {
      guard case .tensorType(let type) = input.type.value else {
        throw ONNXError(
          .unsupportedOperator, "an input has to be a tensor, not a sequence, map or optional value",
          file: file,
          tensor: input.name)
      }
      try check(type.elemType, of: input.name, in: graph, file: file)
      inputs.append(Self(name: input.name, dimensions: type.hasShape ? type.shape.extents : nil))
    }
    guard !inputs.isEmpty else {
      throw ONNXError(.invalidModel, "the graph has no inputs, so there is nothing to explain", file: file)
    }
    return inputs
  }

  /// Inputs are given as floating-point numbers, so integers have to become such before anything is done with them.
  private static func check(
    _ type: Int32, of input: String, in graph: ONNXGraphProto, file: String
  ) throws(ONNXError) {
    guard let type = ONNXElementType(rawValue: type) else {
      throw ONNXError(
        .invalidModel, "its element type has the number \(type), which ONNX does not define", file: file,
        tensor: input)
    }
    guard type.byteCount != nil else {
      throw ONNXError(
        .unsupportedElementType, "an input of element type \(type) is not supported", file: file,
        tensor: input)
    }
    guard !type.isFloatingPoint else { return }
    let reader = graph.node.first { node in
      node.input.contains(input) && !["Cast", "Shape", "Size"].contains(node.opType)
    }
    guard let reader else { return }
    throw ONNXError(
      .unsupportedElementType,
      "an input of element type \(type) is supported where it is cast to floating-point numbers first, but node "
        + "'\(reader.displayName.printable())' takes it as it is", file: file, tensor: input)
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
