internal import COneDNN

/// How a window slides over the spatial axes, as oneDNN counts it: one entry an axis.
public struct WindowParameters: Sendable {
  let strides: [Int64]
  /// The elements between neighboring taps of a window; 0 in a dense one.
  let gaps: [Int64]
  let paddingBefore: [Int64]
  let paddingAfter: [Int64]

  /// - Parameters:
  ///   - strides: the distance between neighboring windows.
  ///   - dilations: the distance between neighboring taps of a window; 1 is a dense window.
  ///   - paddingBefore: the zeros before the first element.
  ///   - paddingAfter: the zeros after the last element.
  public init(strides: [Int], dilations: [Int], paddingBefore: [Int], paddingAfter: [Int]) {
    self.strides = strides.map(Int64.init)
    gaps = dilations.map { Int64($0 - 1) }
    self.paddingBefore = paddingBefore.map(Int64.init)
    self.paddingAfter = paddingAfter.map(Int64.init)
  }
}

/// How a convolution is computed.
public enum ConvolutionAlgorithm: Sendable {
  case direct
  case automatic

  var kind: dnnl_alg_kind_t {
    switch self {
    case .direct: dnnl_convolution_direct
    case .automatic: dnnl_convolution_auto
    }
  }
}

/// How a pooling window becomes one number.
public enum PoolingAlgorithm: Sendable, Hashable {
  case maximum
  case averageIncludingPadding
  case averageExcludingPadding

  var kind: dnnl_alg_kind_t {
    switch self {
    case .maximum: dnnl_pooling_max
    case .averageIncludingPadding: dnnl_pooling_avg_include_padding
    case .averageExcludingPadding: dnnl_pooling_avg_exclude_padding
    }
  }
}

extension PrimitiveDescriptor {
  /// A convolution; weights are [groups,] output, input/groups, window.
  public static func convolution(
    source: MemoryDescriptor, weights: MemoryDescriptor, bias: MemoryDescriptor?,
    destination: MemoryDescriptor,
    window: WindowParameters, algorithm: ConvolutionAlgorithm = .direct,
    postOperations: [ElementwiseAlgorithm] = [], engine: Engine
  ) throws(OneDNNError) -> PrimitiveDescriptor {
    let attributes = try Attributes(postOperations: postOperations)
    return try PrimitiveDescriptor("convolution forward") {
      saliency_convolution_forward_pd(
        $0, engine.handle, attributes.handle, algorithm.kind, source.handle, weights.handle, bias?.handle,
        destination.handle, window.strides, window.gaps,
        window.paddingBefore, window.paddingAfter)
    }
  }

  /// The gradient of a convolution with respect to its source; `forward` is a hint that oneDNN asks for.
  public static func convolutionBackwardData(
    sourceGradient: MemoryDescriptor, weights: MemoryDescriptor, destinationGradient: MemoryDescriptor,
    window: WindowParameters, algorithm: ConvolutionAlgorithm = .direct,
    forward: borrowing PrimitiveDescriptor,
    engine: Engine
  ) throws(OneDNNError) -> PrimitiveDescriptor {
    let attributes = try Attributes()
    let hint = forward.handle
    return try PrimitiveDescriptor("convolution backward") {
      saliency_convolution_backward_data_pd(
        $0, engine.handle, attributes.handle, algorithm.kind, sourceGradient.handle, weights.handle,
        destinationGradient.handle, window.strides, window.gaps,
        window.paddingBefore, window.paddingAfter, hint)
    }
  }

  /// A pooling; with `keepsWorkspace` a maximum pooling notes which element won.
  public static func pooling(
    source: MemoryDescriptor, destination: MemoryDescriptor, kernel: [Int], window: WindowParameters,
    algorithm: PoolingAlgorithm, keepsWorkspace: Bool, engine: Engine
  ) throws(OneDNNError) -> PrimitiveDescriptor {
    let attributes = try Attributes()
    return try PrimitiveDescriptor("pooling forward") {
      saliency_pooling_forward_pd(
        $0, engine.handle, attributes.handle, keepsWorkspace ? 1 : 0, algorithm.kind, source.handle,
        destination.handle, window.strides, kernel.map(Int64.init), window.gaps,
        window.paddingBefore, window.paddingAfter)
    }
  }

  /// The gradient of a pooling with respect to its source.
  public static func poolingBackward(
    sourceGradient: MemoryDescriptor, destinationGradient: MemoryDescriptor, kernel: [Int],
    window: WindowParameters, algorithm: PoolingAlgorithm, forward: borrowing PrimitiveDescriptor,
    engine: Engine
  ) throws(OneDNNError) -> PrimitiveDescriptor {
    let attributes = try Attributes()
    let hint = forward.handle
    return try PrimitiveDescriptor("pooling backward") {
      saliency_pooling_backward_pd(
        $0, engine.handle, attributes.handle, algorithm.kind, sourceGradient.handle,
        destinationGradient.handle,
        window.strides, kernel.map(Int64.init), window.gaps,
        window.paddingBefore, window.paddingAfter, hint)
    }
  }
}
