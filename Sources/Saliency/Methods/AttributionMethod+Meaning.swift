/// What a method promises about its numbers, which can be checked; see ``AttributionCheck``.
public enum AttributionPromise: Sendable {
  /// Nothing that could be checked by a sum or a difference.
  case nothing
  /// They are the derivative of what is explained.
  case derivative
  /// They add up to f(x) − f(x′), or less the mean of f over several x′.
  case difference(from: [Baseline])
  /// They add up to f(x), but for what biases keep.
  case output
}

/// What the numbers of a method are, in one place, since checks and metrics ask for it and methods themselves do not.
extension AttributionMethod {
  /// What the method promises about its numbers.
  public var promise: AttributionPromise {
    switch self {
    case let method as Gradient: method.rule == nil ? .derivative : .nothing
    case let method as IntegratedGradients: .difference(from: [method.baseline])
    case let method as DeepLIFT: .difference(from: method.baselines)
    case let method as KernelSHAP: .difference(from: [method.baseline])
    case let method as ShapleySampling: .difference(from: [method.baseline])
    case is LayerwiseRelevance: .output
    default: .nothing
    }
  }

  /// Whether the numbers are per unit of the input, as derivatives are, and not shares of the score.
  public var isPerUnit: Bool { self is Gradient || self is SmoothGrad }
}

extension Method {
  /// The method's own parameters.
  var body: any AttributionMethod {
    switch recipe {
    case .graph(let method): method
    case .sampling(let method): method
    }
  }
}
