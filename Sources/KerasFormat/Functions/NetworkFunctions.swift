import FileAccess
import SaliencyCore

extension OperationTable {
  /// `keras.ops.nn` and `keras.ops.image`.
  static let networkFunctions: [String: Body] = [
    "LeakyRelu": { call throws(LayerFailure) in
      [try call.operand().applying(LeakyRectifier(slope: call.number("negative_slope", 1) ?? 0.2))]
    },
    "Elu": { call throws(LayerFailure) in
      [try call.operand().applying(ExponentialLinear(alpha: call.number("alpha", 1) ?? 1))]
    },
    "Gelu": { call throws(LayerFailure) in
      [
        try call.operand().gaussianErrorLinear(
          isApproximate: call.parameter("approximate", 1)?.boolean ?? true)
      ]
    },
    "Softmax": { call throws(LayerFailure) in
      let input = try call.operand()
      return [input.applying(Softmax(axis: try call.axis(default: -1, of: input.shape)))]
    },
    "LogSoftmax": { call throws(LayerFailure) in
      let input = try call.operand()
      return [input.applying(LogSoftmax(axis: try call.axis(default: -1, of: input.shape)))]
    },
    "Normalize": { call throws(LayerFailure) in
      let input = try call.operand()
      guard call.number("order", 2) ?? 2 == 2 else {
        throw .unsupported("an order other than 2 is not supported")
      }
      let epsilon = call.number("epsilon", 3) ?? 1e-7
      return [input.normalized(over: [try call.axis(default: -1, of: input.shape)], floor: epsilon * epsilon)]
    },
    "OneHot": { call throws(LayerFailure) in
      let indices = try call.operand()
      guard let count = try call.integer("num_classes", 1), 1...1 << 20 ~= count,
        try call.integer("axis", 2) ?? -1 == -1
      else { throw .unsupported("a one-hot encoding along another axis than the last is not supported") }
      let classes = indices.builder.constant(Tensor(shape: [count], values: (0..<count).map { Float($0) }))
      return [indices.insertingAxis(indices.shape.count).applying(Comparison(.equal), classes)]
    },
    "AveragePool": { call throws(LayerFailure) in
      try pooled(call) { AveragePooling($0, includesPadding: false) }
    },
    "MaxPool": { call throws(LayerFailure) in try pooled(call) { MaximumPooling($0) } },
    "DepthToSpace": { call throws(LayerFailure) in
      let input = try call.operand()
      let block = try call.integer("block_size", 1) ?? 0
      let shape = input.shape
      guard shape.count == 4, 1...1 << 12 ~= block, call.parameter("data_format")?.text != "channels_first",
        shape[3] % (block * block) == 0
      else { throw .unsupported("a rearrangement of \(shape.text) by blocks of \(block) is not supported") }
      let depth = shape[3] / (block * block)
      return [
        input.reshaped(to: [shape[0], shape[1], shape[2], block, block, depth]).transposed([0, 1, 3, 2, 4, 5])
          .reshaped(to: [shape[0], shape[1] * block, shape[2] * block, depth])
      ]
    },
    "SpaceToDepth": { call throws(LayerFailure) in
      let input = try call.operand()
      let block = try call.integer("block_size", 1) ?? 0
      let shape = input.shape
      guard shape.count == 4, 1...1 << 12 ~= block, call.parameter("data_format")?.text != "channels_first",
        shape[1] % block == 0, shape[2] % block == 0
      else { throw .unsupported("a rearrangement of \(shape.text) by blocks of \(block) is not supported") }
      let (height, width) = (shape[1] / block, shape[2] / block)
      return [
        input.reshaped(to: [shape[0], height, block, width, block, shape[3]]).transposed([0, 1, 3, 2, 4, 5])
          .reshaped(to: [shape[0], height, width, block * block * shape[3]])
      ]
    },
    "Resize": { call throws(LayerFailure) in
      var result = try call.operand(0, "images")
      guard result.shape.count == 4, let size = try call.integers("size", 1), size.count == 2,
        !call.flag("antialias"), !call.flag("crop_to_aspect_ratio"), !call.flag("pad_to_aspect_ratio")
      else {
        throw .unsupported("only resizing of images, to two sides and without antialiasing, is supported")
      }
      let first = call.parameter("data_format")?.text == "channels_first" ? 2 : 1
      let interpolation = call.parameter("interpolation", 2)?.text ?? "bilinear"
      for (axis, extent) in size.enumerated() {
        result = try call.layer.resized(result, axis: first + axis, to: extent, interpolation: interpolation)
      }
      return [result]
    },
  ]

  /// A pooling whose window is among the operation's settings, as a layer's is.
  private static func pooled(
    _ call: OperationCall, _ operation: (PoolingWindow) -> any Operation
  ) throws(LayerFailure) -> [Value] {
    let rank = try call.operand().shape.count - 2
    let input = try call.layer.channelsFirst(rank: rank)
    let window = try LayerWindow(
      call.layer, kernel: "pool_size", extents: Array(input.shape[2...]), stridesFollowKernel: true)
    return [
      call.layer.restored(
        input.applying(operation(PoolingWindow(kernel: window.kernel, geometry: window.geometry))))
    ]
  }

  /// The activations that are functions of `keras.ops` as well.
  static let activationFunctions: [String: Body] = [

    "Relu": "relu", "Relu6": "relu6", "Sigmoid": "sigmoid", "Silu": "silu", "Selu": "selu",
    "Softplus": "softplus",
    "Softsign": "softsign", "HardSigmoid": "hard_sigmoid", "HardSilu": "hard_silu", "HardTanh": "hard_tanh",
    "HardShrink": "hard_shrink", "SoftShrink": "soft_shrink", "TanhShrink": "tanh_shrink",
    "LogSigmoid": "log_sigmoid", "Squareplus": "squareplus", "SparsePlus": "sparse_plus",
    "SparseSigmoid": "sparse_sigmoid", "Mish": "mish",
  ].compactMapValues { name in ActivationFunction.functions[name].map(body) }

  private static func body(_ function: @escaping ActivationFunction.Function) -> Body {
    { call throws(LayerFailure) in [try function(try call.operand(), 3)] }
  }
}
