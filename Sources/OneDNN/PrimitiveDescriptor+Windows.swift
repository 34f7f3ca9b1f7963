internal import COneDNN

/// The geometry of a sliding window: convolution or pooling. One entry a spatial axis.
public struct WindowGeometry: Sendable, Hashable {
  /// Distance between neighbouring windows.
  public var strides: [Int]
  /// Distance between neighbouring taps of a window; 1 is a dense window.
  public var dilations: [Int]
  /// Zeros before the first element.
  public var paddingBefore: [Int]
  /// Zeros after the last element.
  public var paddingAfter: [Int]

  /// A geometry from its four parts.
  public init(strides: [Int], dilations: [Int], paddingBefore: [Int], paddingAfter: [Int]) {
    self.strides = strides
    self.dilations = dilations
    self.paddingBefore = paddingBefore
    self.paddingAfter = paddingAfter
  }
}

/// oneDNN counts the zeros between taps; a dense window has 0.
private func dilationGaps(_ geometry: WindowGeometry) -> [Int64] { geometry.dilations.map { Int64($0 - 1) } }

/// How a convolution is computed.
public enum ConvolutionAlgorithm: Sendable {
  case direct
  case automatic
  case winograd

  var kind: dnnl_alg_kind_t {
    switch self {
    case .direct: dnnl_convolution_direct
    case .automatic: dnnl_convolution_auto
    case .winograd: dnnl_convolution_winograd
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
    geometry: WindowGeometry, algorithm: ConvolutionAlgorithm = .direct,
    postOperations: [ElementwiseFunction] = [], engine: Engine
  ) throws(OneDNNError) -> PrimitiveDescriptor {
    let attributes = try Attributes(postOperations: postOperations)
    return try PrimitiveDescriptor("convolution forward") {
      saliency_convolution_forward_pd(
        $0, engine.handle, attributes.handle, algorithm.kind, source.handle, weights.handle, bias?.handle,
        destination.handle, geometry.strides.map(Int64.init), dilationGaps(geometry),
        geometry.paddingBefore.map(Int64.init), geometry.paddingAfter.map(Int64.init))
    }
  }

  /// The gradient of a convolution with respect to its source; `forward` is a hint that oneDNN asks for.
  public static func convolutionBackwardData(
    sourceGradient: MemoryDescriptor, weights: MemoryDescriptor, destinationGradient: MemoryDescriptor,
    geometry: WindowGeometry, algorithm: ConvolutionAlgorithm = .direct,
    forward: borrowing PrimitiveDescriptor,
    engine: Engine
  ) throws(OneDNNError) -> PrimitiveDescriptor {
    let attributes = try Attributes()
    let hint = forward.handle
    return try PrimitiveDescriptor("convolution backward") {
      saliency_convolution_backward_data_pd(
        $0, engine.handle, attributes.handle, algorithm.kind, sourceGradient.handle, weights.handle,
        destinationGradient.handle, geometry.strides.map(Int64.init), dilationGaps(geometry),
        geometry.paddingBefore.map(Int64.init), geometry.paddingAfter.map(Int64.init), hint)
    }
  }

  /// A pooling; with `keepsWorkspace` a maximum pooling notes which element won.
  public static func pooling(
    source: MemoryDescriptor, destination: MemoryDescriptor, kernel: [Int], geometry: WindowGeometry,
    algorithm: PoolingAlgorithm, keepsWorkspace: Bool, engine: Engine
  ) throws(OneDNNError) -> PrimitiveDescriptor {
    let attributes = try Attributes()
    return try PrimitiveDescriptor("pooling forward") {
      saliency_pooling_forward_pd(
        $0, engine.handle, attributes.handle, keepsWorkspace ? 1 : 0, algorithm.kind, source.handle,
        destination.handle, geometry.strides.map(Int64.init), kernel.map(Int64.init), dilationGaps(geometry),
        geometry.paddingBefore.map(Int64.init), geometry.paddingAfter.map(Int64.init))
    }
  }

  /// The gradient of a pooling with respect to its source.
  public static func poolingBackward(
    sourceGradient: MemoryDescriptor, destinationGradient: MemoryDescriptor, kernel: [Int],
    geometry: WindowGeometry, algorithm: PoolingAlgorithm, forward: borrowing PrimitiveDescriptor,
    engine: Engine
  ) throws(OneDNNError) -> PrimitiveDescriptor {
    let attributes = try Attributes()
    let hint = forward.handle
    return try PrimitiveDescriptor("pooling backward") {
      saliency_pooling_backward_pd(
        $0, engine.handle, attributes.handle, algorithm.kind, sourceGradient.handle,
        destinationGradient.handle,
        geometry.strides.map(Int64.init), kernel.map(Int64.init), dilationGaps(geometry),
        geometry.paddingBefore.map(Int64.init), geometry.paddingAfter.map(Int64.init), hint)
    }
  }
}
