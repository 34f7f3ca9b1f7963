/// What ONNX's specification says of the supported operators: since which operator set there is one, and how many
/// operands it takes.
enum OperatorSignatures {
  /// Throws where a node has an operator that its operator set does not have yet, or a number of operands that it
  /// never takes.
  static func check(_ node: NodeImport) throws(ImportFailure) {
    let name = node.node.opType
    if let since = origins[name], node.operatorSetVersion < since {
      throw .invalid(
        "the operator exists since operator set \(since), and the model is written for "
          + "\(node.operatorSetVersion)")
    }
    // Operands left out at the end may be there as empty names.
    let count = (node.inputs.lastIndex { $0 != nil } ?? -1) + 1
    guard let range = operandCounts[name], !range.contains(count) else { return }
    let expected =
      switch range {
      case _ where range.upperBound == .max: "at least \(range.lowerBound)"
      case _ where range.count == 1: "\(range.lowerBound)"
      default: "\(range.lowerBound) to \(range.upperBound)"
      }
    throw .invalid("it has \(count) operands and takes \(expected)")
  }

  /// The operator sets that brought the operators that came after the oldest set that is supported.
  private static let origins: [String: Int] = [
    "Expand": 8, "ConstantOfShape": 9, "Erf": 9, "Sign": 9, "Where": 9, "Mod": 10, "Resize": 10, "Range": 11,
    "Round": 11, "GreaterOrEqual": 12, "LessOrEqual": 12, "HardSwish": 14, "CastLike": 15,
    "LayerNormalization": 17, "GroupNormalization": 18, "Mish": 18, "Gelu": 20,
  ]

  /// How many operands each operator takes, over all operator sets.
  static let operandCounts: [String: ClosedRange<Int>] = {
    let names: [ClosedRange<Int>: String] = [
      0...0: "Constant",
      1...1: """
      Abs AveragePool Cast Ceil ConstantOfShape DepthToSpace Elu Erf Exp Flatten Floor Gelu GlobalAveragePool \
      GlobalMaxPool HardSigmoid HardSwish Identity LRN LeakyRelu Log LogSoftmax MaxPool Mish Neg Not Reciprocal \
      Relu Round Selu Shape Sigmoid Sign Size Softmax Softplus Softsign SpaceToDepth Sqrt Tanh Transpose
      """,
      1...2: """
      ReduceL1 ReduceL2 ReduceMean ReduceProd ReduceSum ReduceSumSquare Reshape Split Squeeze Unsqueeze Upsample
      """,
      1...3: "Clip Dropout",
      1...4: "Pad Resize",
      1...5: "Slice",
      1...Int.max: "Concat Max Mean Min Sum",
      2...2: """
      Add And CastLike Div Equal Expand Gather Greater GreaterOrEqual Less LessOrEqual MatMul Mod Mul Or PRelu Pow \
      Sub
      """,
      2...3: "Conv ConvTranspose Gemm LayerNormalization",
      3...3: "GroupNormalization InstanceNormalization Range Where",
      5...5: "BatchNormalization",
    ]
    var counts: [String: ClosedRange<Int>] = [:]
    for (range, names) in names {
      for name in names.split(separator: " ") { counts[String(name)] = range }
    }
    return counts
  }()
}
