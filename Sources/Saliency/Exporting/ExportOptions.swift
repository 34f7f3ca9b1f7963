/// How an explanation is written as an ONNX model.
public struct ExportOptions: Sendable {
  /// What floating-point numbers the model computes with; its inputs and outputs stay in single precision.
  public enum Precision: String, Sendable, CaseIterable {
    /// 32 bits.
    case single = "fp32"
    /// 16 bits, half of the size.
    case half = "fp16"
  }

  /// What is explained, of no account where losses are: units at their places, for every item, or ``Target/top``, which the model chooses itself for
  /// each item. Of a detector that is the best box, `box:0`; where none has a score above the limit, the attribution is zeros. Where nil, whoever runs the model says it by an input `target` with one index for each item of the batch. An index beyond
  /// the units gives an attribution of zeros, and a negative one counts from the end.
  public var target: Target?
  /// Whether there is an output `heatmap`: the attribution reduced over channels and scaled to 0…1, as figures show it.
  public var includesHeatMap = false
  /// The version of ONNX's operator set, 17 to 21.
  public var operatorSet = 17
  /// What floating-point numbers the model computes with.
  public var precision = Precision.single
  /// Whether gradients of convolutions without strides are written as convolutions with mirrored kernels and not as transposed
  /// convolutions: faster in ONNX Runtime, which mirrors them once when it loads the model. The file is no larger.
  public var isFast = false
  /// Whether the batch is that of the explainer even where the network leaves it open.
  public var fixesBatch = false

  /// The default options.
  public init() {}
}

/// What was written.
public struct ExportReport: Sendable, Hashable {
  /// What the model takes, by name.
  public let inputs: [String]
  /// What the model gives, by name: the network's own outputs, then the attribution and the heat map.
  public let outputs: [String]
  /// Whether it takes any batch, and not that of the explainer alone.
  public let hasOpenBatch: Bool
  /// Why the batch is fixed although the network leaves it open; nil where that is not so.
  public let fixedBatchReason: String?
  /// How many nodes of each operator it has.
  public let operatorCounts: [String: Int]
  /// How many nodes it has.
  public var nodeCount: Int { operatorCounts.values.reduce(0, +) }
}
