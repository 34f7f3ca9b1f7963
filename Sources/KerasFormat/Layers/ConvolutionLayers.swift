import FileAccess
import SaliencyCore

extension LayerTable {
  static let convolutions: [String: LayerKind] = [
    "Conv1D": convolution(rank: 1), "Conv2D": convolution(rank: 2), "Conv3D": convolution(rank: 3),
    "Convolution1D": convolution(rank: 1), "Convolution2D": convolution(rank: 2),
    "Convolution3D": convolution(rank: 3),
    "DepthwiseConv1D": depthwise(rank: 1), "DepthwiseConv2D": depthwise(rank: 2),
    "SeparableConv1D": separable(rank: 1), "SeparableConv2D": separable(rank: 2),
  ]

  static let transposedConvolutions: [String: LayerKind] = [
    "Conv1DTranspose": transposed(rank: 1), "Conv2DTranspose": transposed(rank: 2),
    "Conv3DTranspose": transposed(rank: 3),
  ]

  /// Kernel […, channels / groups, filters].
  private static func convolution(rank: Int) -> LayerKind {
    .function(variables: kernelAndBias) { layer throws(LayerFailure) in
      let input = try layer.channelsFirst(rank: rank)
      let window = try LayerWindow(layer, kernel: "kernel_size", extents: Array(input.shape[2...]))
      let groups = try layer.settings.integer("groups", default: 1)
      let filters = try layer.settings.integer("filters")
      guard groups >= 1, input.shape[1] % groups == 0 else {
        throw .invalid("\(groups) groups do not divide \(input.shape[1]) channels")
      }
      let kernel = try layer.weight("kernel", shape: window.kernel + [input.shape[1] / groups, filters])
        .kernelTransposed()
      let operands = [input, kernel] + (try layer.bias(shape: [filters]).map { [$0] } ?? [])
      return try layer.activated(
        layer.restored(
          layer.builder.append(Convolution(geometry: window.geometry, groups: groups), operands)))
    }
  }

  /// Kernel […, channels, multiplier].
  private static func depthwise(rank: Int) -> LayerKind {
    .function(variables: { settings throws(LayerFailure) in
      .list(try settings.usesBias ? ["depthwise_kernel", "bias"] : ["depthwise_kernel"])
    }) { layer throws(LayerFailure) in
      let input = try layer.channelsFirst(rank: rank)
      let window = try LayerWindow(layer, kernel: "kernel_size", extents: Array(input.shape[2...]))
      let kernel = try layer.depthwiseKernel(window, channels: input.shape[1])
      let operands = [input, kernel] + (try layer.bias(shape: [kernel.shape[0]]).map { [$0] } ?? [])
      return try layer.activated(
        layer.restored(
          layer.builder.append(
            Convolution(geometry: window.geometry, groups: input.shape[1]), operands)))
    }
  }

  /// A depthwise convolution and one of 1 that mixes the channels.
  private static func separable(rank: Int) -> LayerKind {
    .function(variables: { settings throws(LayerFailure) in
      .list(["depthwise_kernel", "pointwise_kernel"] + (try settings.usesBias ? ["bias"] : []))
    }) { layer throws(LayerFailure) in
      let input = try layer.channelsFirst(rank: rank)
      let window = try LayerWindow(layer, kernel: "kernel_size", extents: Array(input.shape[2...]))
      let depthwise = try layer.depthwiseKernel(window, channels: input.shape[1])
      let filters = try layer.settings.integer("filters")
      let ones = [Int](repeating: 1, count: rank)
      let pointwise = try layer.weight("pointwise_kernel", shape: ones + [depthwise.shape[0], filters])
        .kernelTransposed()
      let middle = input.applying(
        Convolution(geometry: window.geometry, groups: input.shape[1]), depthwise)
      let operands = [middle, pointwise] + (try layer.bias(shape: [filters]).map { [$0] } ?? [])
      return try layer.activated(
        layer.restored(layer.builder.append(Convolution(geometry: .unit(rank: rank)), operands)))
    }
  }

  /// Kernel […, filters, channels].
  private static func transposed(rank: Int) -> LayerKind {
    .function(variables: kernelAndBias) { layer throws(LayerFailure) in
      let input = try layer.channelsFirst(rank: rank)
      let filters = try layer.settings.integer("filters")
      let strides = try layer.settings.integers("strides", count: rank, default: 1)
      let dilations = try layer.settings.integers("dilation_rate", count: rank, default: 1)
      let kernelExtents = try layer.settings.integers("kernel_size", count: rank)
      let outputPadding = try layer.settings.list("output_padding").map { _ throws(LayerFailure) in
        try layer.settings.integers("output_padding", count: rank)
      }
      let limit = 1...(1 << 20)
      guard (strides + dilations + kernelExtents).allSatisfy({ limit ~= $0 }),
        outputPadding?.allSatisfy({ 0...1 << 20 ~= $0 }) ?? true
      else { throw .invalid("kernel, strides and dilations have to be positive numbers") }
      let isSame = try layer.settings.text("padding", default: "valid") == "same"
      var geometry = WindowGeometry.unit(rank: rank)
      geometry.strides = strides
      geometry.dilations = dilations
      var extents: [Int] = []
      for axis in 0..<rank {
        let span = (kernelExtents[axis] - 1) * dilations[axis] + 1
        let length = input.shape[axis + 2]
        // As `compute_conv_transpose_output_length` and `_convert_conv_transpose_padding_args_from_keras_to_torch` have it.
        let extent: Int
        if let extra = outputPadding?[axis] {
          extent = (length - 1) * strides[axis] + span - (isSame ? 2 * (span / 2) : 0) + extra
        } else {
          extent = isSame ? length * strides[axis] : length * strides[axis] + max(span - strides[axis], 0)
        }
        guard extent >= 1 else { throw LayerFailure(.shapeMismatch, "its result would be empty") }
        // The padding of the convolution that it is the adjoint of: what that needs to give this length.
        let total = isSame ? max(0, (length - 1) * strides[axis] + span - extent) : 0
        geometry.paddingBefore[axis] = total / 2
        geometry.paddingAfter[axis] = total - total / 2
        extents.append(extent)
      }
      let kernel = try layer.weight("kernel", shape: kernelExtents + [filters, input.shape[1]])
        .kernelTransposed()
      let result = layer.restored(
        input.applying(TransposedConvolution(geometry: geometry, extents: extents), kernel))
      guard let bias = try layer.bias(shape: [filters]) else { return try layer.activated(result) }
      let isFirst = try layer.hasChannelsFirst
      let shape = isFirst ? [filters] + [Int](repeating: 1, count: rank) : [filters]
      return try layer.activated(result + bias.reshaped(to: shape))
    }
  }
}

extension LayerImport {
  /// The input of a layer over `rank` spatial axes, with its channels in front.
  func channelsFirst(rank: Int) throws(LayerFailure) -> Value {
    let value = try input(
      rank: (rank + 2)...(rank + 2), "batch, channels and \(rank) spatial ax\(rank == 1 ? "is" : "es")")
    guard try !hasChannelsFirst else { return value }
    return value.transposed([0, rank + 1] + Array(1...rank))
  }

  /// A result with its channels in front, in the layer's own layout.
  func restored(_ value: Value) -> Value {
    // What an operation that failed gives in place of a result has no axes.
    guard value.shape.count >= 2, (try? hasChannelsFirst) == false else { return value }
    return value.transposed([0] + Array(2..<value.shape.count) + [1])
  }

  /// A depthwise kernel as the convolution takes it, [channels · multiplier, 1, …].
  fileprivate func depthwiseKernel(_ window: LayerWindow, channels: Int) throws(LayerFailure) -> Value {
    let multiplier = try settings.integer("depth_multiplier", default: 1)
    guard 1...1 << 20 ~= multiplier else {
      throw .invalid("depth_multiplier \(multiplier) has to be positive")
    }
    let rank = window.kernel.count
    return try weight("depthwise_kernel", shape: window.kernel + [channels, multiplier])
      .transposed([rank, rank + 1] + Array(0..<rank))
      .reshaped(to: [channels * multiplier, 1] + window.kernel)
  }
}

extension Value {
  /// A kernel […, a, b] as [b, a, …].
  fileprivate func kernelTransposed() -> Value {
    let rank = shape.count
    return transposed([rank - 1, rank - 2] + Array(0..<rank - 2))
  }
}

extension WindowGeometry {
  /// A window that moves one by one, without padding.
  static func unit(rank: Int) -> WindowGeometry {
    let (ones, zeros) = ([Int](repeating: 1, count: rank), [Int](repeating: 0, count: rank))
    return WindowGeometry(strides: ones, dilations: ones, paddingBefore: zeros, paddingAfter: zeros)
  }
}
