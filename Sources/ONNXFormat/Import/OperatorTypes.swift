import SaliencyCore

/// Which operators may be given integers and truth values that are not known at import.
///
/// Those are numbers of single precision in the graph, exact up to 2^24. Moving, comparing and choosing them is as right
/// as with real numbers. Sums of integers of 32 or 64 bits, such as the positions that are counted along a mask, do not
/// come near what would wrap around; other arithmetic would not wrap around or be cut as ONNX demands, so it is refused.
enum OperatorTypes {
  static func check(_ node: NodeImport) throws(ImportFailure) {
    let name = node.node.opType
    guard !carriers.contains(name) else { return }
    let types = node.inputs.compactMap { $0?.type }
    if types.allSatisfy({ [.int32, .int64].contains($0) }) {
      if summing.contains(name) { return }
      if name == "Mul", try node.allValues().contains(where: \.isTruth) { return }
    }
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
    "IsNaN", "Constant", "TensorScatter", "Mod", "Sign",
  ]

  /// The operators that give right results for integers that are far from the ends of their type.
  private static let summing: Set<String> = [
    "Add", "Sub", "Neg", "Abs", "CumSum", "ReduceSum", "Sum", "Clip",
  ]
}

extension Value {
  /// Whether the elements are 0 and 1, as a comparison gives them, denied or moved or not.
  fileprivate var isTruth: Bool {
    var value = self
    while true {
      switch value.node.operation {
      case is Comparison, is FloatClassification: return true
      case is Reshape, is Transpose, is Broadcast, is Slice: break
      case let operation as Affine where (operation.scale, operation.offset) == (-1, 1): break
      default: return false
      }
      value = builder.value(at: value.node.operands[0])
    }
  }
}
