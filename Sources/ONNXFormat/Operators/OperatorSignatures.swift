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
    "Expand": 8, "Acosh": 9, "Asinh": 9, "Atanh": 9, "Compress": 9, "ConstantOfShape": 9, "Cosh": 9, "Erf": 9,
    "EyeLike": 9, "IsNaN": 9, "MaxUnpool": 9, "MeanVarianceNormalization": 9, "NonZero": 9, "OneHot": 9,
    "Scatter": 9, "Shrink": 9, "Sign": 9, "Sinh": 9, "Where": 9, "ConvInteger": 10, "DequantizeLinear": 10,
    "IsInf": 10, "MatMulInteger": 10, "Mod": 10, "NonMaxSuppression": 10, "QLinearConv": 10,
    "QLinearMatMul": 10, "QuantizeLinear": 10, "Resize": 10, "ReverseSequence": 10, "ThresholdedRelu": 10,
    "BitShift": 11, "ConcatFromSequence": 11, "SequenceAt": 11, "SequenceConstruct": 11,
    "SequenceEmpty": 11, "SequenceErase": 11, "SequenceInsert": 11, "SequenceLength": 11,
    "SplitToSequence": 11, "CumSum": 11, "Det": 11, "DynamicQuantizeLinear": 11, "GatherElements": 11,
    "GatherND": 11,
    "Range": 11, "Round": 11, "ScatterElements": 11, "ScatterND": 11, "Unique": 11, "Celu": 12, "Einsum": 12,
    "GreaterOrEqual": 12, "LessOrEqual": 12, "NegativeLogLikelihoodLoss": 12, "SoftmaxCrossEntropyLoss": 12,
    "HardSwish": 14, "Trilu": 14, "CastLike": 15, "GridSample": 16, "BlackmanWindow": 17, "DFT": 17,
    "HammingWindow": 17, "HannWindow": 17, "LayerNormalization": 17, "MelWeightMatrix": 17, "STFT": 17,
    "BitwiseAnd": 18, "BitwiseNot": 18, "BitwiseOr": 18, "BitwiseXor": 18, "CenterCropPad": 18, "Col2Im": 18,
    "GroupNormalization": 18, "Mish": 18, "AffineGrid": 20, "Gelu": 20, "Attention": 23,
    "RMSNormalization": 23, "RotaryEmbedding": 23, "Swish": 24, "TensorScatter": 24, "BitCast": 26,
    "CumProd": 26, "CausalConvWithState": 27, "SwiGLU": 28,
  ]

  /// How many operands each operator takes, over all operator sets.
  static let operandCounts: [String: ClosedRange<Int>] = {
    let names: [ClosedRange<Int>: String] = [
      0...0: "Constant SequenceEmpty",
      1...1: """
      Abs Acos Acosh ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BitCast BitwiseNot BlackmanWindow \
      Cast Ceil Celu ConstantOfShape Cos Cosh DepthToSpace Det DynamicQuantizeLinear Elu Erf Exp EyeLike \
      Flatten Floor Gelu GlobalAveragePool GlobalLpPool GlobalMaxPool HammingWindow HannWindow HardSigmoid \
      HardSwish Hardmax Identity If IsInf IsNaN LRN LeakyRelu Log LogSoftmax LpNormalization LpPool MaxPool \
      MeanVarianceNormalization Mish Neg NonZero Not Reciprocal Relu Round Selu Shape Shrink Sigmoid Sign \
      Sin Sinh Size Softmax Softplus Softsign SpaceToDepth Sqrt Swish Tan Tanh ThresholdedRelu Transpose \
      Unique ConcatFromSequence SequenceLength
      """,
      1...2: """
      SequenceErase SplitToSequence ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean \
      ReduceMin ReduceProd ReduceSum ReduceSumSquare Split Squeeze TopK Trilu Unsqueeze Upsample
      """,
      1...3: "Clip DFT Dropout",
      1...4: "Pad Resize",
      1...5: "Slice",
      1...Int.max: "Concat Einsum Max Mean Min SequenceConstruct Sum",
      2...Int.max: "Loop",
      2...2: """
      Add AffineGrid And BitShift BitwiseAnd BitwiseOr BitwiseXor CastLike CenterCropPad Compress CumProd \
      SequenceAt CumSum Div Equal Expand Gather GatherElements GatherND Greater GreaterOrEqual GridSample \
      Less LessOrEqual MatMul Mod Mul Or PRelu Pow RMSNormalization Reshape ReverseSequence Sub SwiGLU Xor
      """,
      2...3: """
      SequenceInsert Conv ConvTranspose DequantizeLinear Gemm LayerNormalization MaxUnpool \
      NegativeLogLikelihoodLoss QuantizeLinear SoftmaxCrossEntropyLoss TensorScatter Tile
      """,
      2...4: "CausalConvWithState ConvInteger MatMulInteger STFT",
      2...5: "NonMaxSuppression",
      3...3: """
      Col2Im GroupNormalization InstanceNormalization OneHot Range Scatter ScatterElements ScatterND Where
      """,
      3...4: "RotaryEmbedding",
      3...6: "GRU RNN",
      3...7: "Attention",
      3...8: "LSTM",
      5...5: "BatchNormalization MelWeightMatrix",
      8...8: "QLinearMatMul",
      8...9: "QLinearConv",
    ]
    var counts: [String: ClosedRange<Int>] = [:]
    for (range, names) in names {
      for name in names.split(separator: " ") { counts[String(name)] = range }
    }
    return counts
  }()
}
