internal import COneDNN

/// A function of two tensors, element by element.
public enum BinaryAlgorithm: Sendable, Hashable {
  case add, subtract, multiply, divide, maximum, minimum

  var kind: dnnl_alg_kind_t {
    switch self {
    case .add: dnnl_binary_add
    case .subtract: dnnl_binary_sub
    case .multiply: dnnl_binary_mul
    case .divide: dnnl_binary_div
    case .maximum: dnnl_binary_max
    case .minimum: dnnl_binary_min
    }
  }
}

/// How the elements along the reduced axes become one.
public enum ReductionAlgorithm: Sendable, Hashable {
  case sum, mean, maximum, minimum

  var kind: dnnl_alg_kind_t {
    switch self {
    case .sum: dnnl_reduction_sum
    case .mean: dnnl_reduction_mean
    case .maximum: dnnl_reduction_max
    case .minimum: dnnl_reduction_min
    }
  }
}

extension PrimitiveDescriptor {
  /// A change of layout.
  public static func reorder(
    from source: MemoryDescriptor, to destination: MemoryDescriptor, engine: Engine
  ) throws(OneDNNError) -> PrimitiveDescriptor {
    let attributes = try Attributes()
    return try PrimitiveDescriptor("reorder") {
      saliency_reorder_pd($0, engine.handle, attributes.handle, source.handle, destination.handle)
    }
  }

  /// An elementwise function, its result in the layout of its operand.
  public static func elementwise(
    _ function: ElementwiseAlgorithm, data: MemoryDescriptor, engine: Engine
  ) throws(OneDNNError) -> PrimitiveDescriptor {
    let attributes = try Attributes()
    return try PrimitiveDescriptor("elementwise function") {
      saliency_eltwise_pd(
        $0, engine.handle, attributes.handle, dnnl_alg_kind_t(function.algorithm), data.handle,
        function.alpha,
        function.beta)
    }
  }

  /// A function of two tensors; axes of extent 1 of `right` are broadcast.
  public static func binary(
    _ function: BinaryAlgorithm, left: MemoryDescriptor, right: MemoryDescriptor,
    destination: MemoryDescriptor,
    engine: Engine
  ) throws(OneDNNError) -> PrimitiveDescriptor {
    let attributes = try Attributes()
    return try PrimitiveDescriptor("binary function") {
      saliency_binary_pd(
        $0, engine.handle, attributes.handle, function.kind, left.handle, right.handle, destination.handle)
    }
  }

  /// A batched matrix product; leading axes of extent 1 are broadcast.
  public static func matrixProduct(
    source: MemoryDescriptor, weights: MemoryDescriptor, bias: MemoryDescriptor?,
    destination: MemoryDescriptor,
    postOperations: [ElementwiseAlgorithm] = [], engine: Engine
  ) throws(OneDNNError) -> PrimitiveDescriptor {
    let attributes = try Attributes(postOperations: postOperations)
    return try PrimitiveDescriptor("matrix product") {
      saliency_matmul_pd(
        $0, engine.handle, attributes.handle, source.handle, weights.handle, bias?.handle, destination.handle)
    }
  }

  /// A reduction over the axes that have extent 1 in `destination`.
  public static func reduction(
    _ function: ReductionAlgorithm, source: MemoryDescriptor, destination: MemoryDescriptor, engine: Engine
  ) throws(OneDNNError) -> PrimitiveDescriptor {
    let attributes = try Attributes()
    return try PrimitiveDescriptor("reduction") {
      saliency_reduction_pd(
        $0, engine.handle, attributes.handle, function.kind, source.handle, destination.handle)
    }
  }

  /// A softmax, or its logarithm, along an axis.
  public static func softmax(
    data: MemoryDescriptor, axis: Int, isLogarithmic: Bool, engine: Engine
  ) throws(OneDNNError) -> PrimitiveDescriptor {
    let attributes = try Attributes()
    return try PrimitiveDescriptor("softmax") {
      saliency_softmax_pd(
        $0, engine.handle, attributes.handle, isLogarithmic ? dnnl_softmax_log : dnnl_softmax_accurate,
        data.handle,
        Int32(axis))
    }
  }

  /// A concatenation along an axis.
  public static func concatenation(
    of sources: [MemoryDescriptor], axis: Int, destination: MemoryDescriptor, engine: Engine
  ) throws(OneDNNError) -> PrimitiveDescriptor {
    let attributes = try Attributes()
    let handles: [saliency_const_md?] = sources.map { $0.handle }
    return try PrimitiveDescriptor("concatenation") {
      saliency_concat_pd(
        $0, engine.handle, attributes.handle, destination.handle, Int32(axis), Int32(handles.count), handles)
    }
  }
}
