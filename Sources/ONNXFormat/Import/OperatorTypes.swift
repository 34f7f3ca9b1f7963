/// Which operators may be given integers and truth values that are not known at import.
///
/// Those are numbers of single precision in the graph, exact up to 2^24. Moving, comparing and choosing them is as right
/// as with real numbers; arithmetic on them would not wrap around or be cut as ONNX demands, so it is refused.
enum OperatorTypes {
  static func check(_ node: NodeImport) throws(ImportFailure) {
    let name = node.node.opType
    guard !carriers.contains(name) else { return }
    for (index, input) in node.inputs.enumerated() {
      guard let input, !input.type.isFloatingPoint else { continue }
      if case .computed = input {
        throw .unsupported("operand \(index + 1), of type \(input.type), depends on the input")
      }
      if index == 0 { throw .unsupported("operands of type \(input.type) are not supported") }
    }
  }

  /// The element type of results for which the import names none.
  static func result(of node: NodeImport) -> ONNXElementType {
    let position = ["Where", "OneHot"].contains(node.node.opType) ? 1 : 0
    guard node.inputs.indices.contains(position), let operand = node.inputs[position] else { return .float32 }
    return operand.type
  }

  /// The operators that give right results whatever the elements are.
  private static let carriers: Set<String> = [
    "Identity", "Cast", "CastLike", "Shape", "Size", "ConstantOfShape", "Equal", "Greater", "GreaterOrEqual",
    "Less",
    "LessOrEqual", "Where", "And", "Or", "Xor", "Not", "Concat", "Reshape", "Flatten", "Squeeze", "Unsqueeze",
    "Slice", "Split", "Transpose", "Expand", "Gather", "GatherElements", "GatherND", "Tile",
    "ReverseSequence", "Trilu",
    "Compress", "CenterCropPad", "ScatterElements", "Scatter", "ScatterND", "OneHot", "TopK", "ArgMax",
    "ArgMin",
    "ReduceMax", "ReduceMin", "MaxPool", "MaxUnpool", "DepthToSpace", "SpaceToDepth", "Dropout", "Max", "Min",
    "EyeLike",
    "DequantizeLinear", "ConvInteger", "MatMulInteger", "QLinearConv", "QLinearMatMul", "Pad", "Upsample",
    "Resize",
    "IsNaN", "Constant", "TensorScatter",
  ]
}
