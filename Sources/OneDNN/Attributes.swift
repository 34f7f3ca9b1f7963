internal import COneDNN

/// An elementwise function that oneDNN knows, with its two parameters.
public struct ElementwiseAlgorithm: Sendable, Hashable {
  let algorithm: UInt32
  /// The first parameter, 0 where there is none.
  public let alpha: Float
  /// The second parameter, 0 where there is none.
  public let beta: Float

  init(_ algorithm: dnnl_alg_kind_t, _ alpha: Float = 0, _ beta: Float = 0) {
    self.algorithm = algorithm.rawValue
    self.alpha = alpha
    self.beta = beta
  }

  /// max(x, 0) + slope · min(x, 0)
  public static func rectified(slope: Float = 0) -> Self { Self(dnnl_eltwise_relu, slope) }
  /// min(max(x, lower), upper)
  public static func clipped(_ lower: Float, _ upper: Float) -> Self { Self(dnnl_eltwise_clip, lower, upper) }
  /// scale · x + offset
  public static func linear(scale: Float, offset: Float) -> Self { Self(dnnl_eltwise_linear, scale, offset) }
  /// scale · x ^ exponent
  public static func power(_ exponent: Float, scale: Float = 1) -> Self {
    Self(dnnl_eltwise_pow, scale, exponent)
  }
  /// tanh x
  public static let hyperbolicTangent = Self(dnnl_eltwise_tanh)
  /// 1 / (1 + e^−x)
  public static let logistic = Self(dnnl_eltwise_logistic)
  /// x / (1 + e^−x)
  public static let swish = Self(dnnl_eltwise_swish, 1)
  /// x²
  public static let square = Self(dnnl_eltwise_square)
  /// √x
  public static let squareRoot = Self(dnnl_eltwise_sqrt)
  /// |x|
  public static let absolute = Self(dnnl_eltwise_abs)
  /// e^x
  public static let exponential = Self(dnnl_eltwise_exp)
  /// ln x
  public static let logarithm = Self(dnnl_eltwise_log)
  /// x < 0 ? alpha · (e^x − 1) : x
  public static func exponentialLinear(_ alpha: Float) -> Self { Self(dnnl_eltwise_elu, alpha) }
}

/// What a primitive does besides its main work: elementwise functions on its result, before it is stored.
final class Attributes {
  let handle: dnnl_primitive_attr_t

  /// Attributes with `postOperations` applied in order; scratch memory is the caller's.
  init(postOperations: [ElementwiseAlgorithm] = []) throws(OneDNNError) {
    var handle: dnnl_primitive_attr_t?
    try check(dnnl_primitive_attr_create(&handle), "create attributes")
    self.handle = handle!
    try check(
      dnnl_primitive_attr_set_scratchpad_mode(self.handle, dnnl_scratchpad_mode_user),
      "set the scratchpad mode")
    if !postOperations.isEmpty { try append(postOperations) }
  }

  private func append(_ functions: [ElementwiseAlgorithm]) throws(OneDNNError) {
    var operations: dnnl_post_ops_t?
    try check(dnnl_post_ops_create(&operations), "create post-operations")
    defer { dnnl_post_ops_destroy(operations) }
    for function in functions {
      try check(
        saliency_post_ops_append_eltwise(
          operations!, dnnl_alg_kind_t(function.algorithm), function.alpha, function.beta),
        "append a post-operation")
    }
    try check(dnnl_primitive_attr_set_post_ops(handle, operations), "set post-operations")
  }

  deinit {
    dnnl_primitive_attr_destroy(handle)
  }
}
