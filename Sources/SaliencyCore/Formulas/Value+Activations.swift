/// Activations that are formulas over operations there are.
extension Value {
  /// min(max(alpha · x + beta, 0), 1), which is no rectifier for `guided` and `rectified`
  package func hardSigmoid(alpha: Float, beta: Float) -> Value {
    (self * alpha + beta).applying(Clamp(lower: 0, upper: 1))
  }

  /// x · hardSigmoid(x), with the hard sigmoid of MobileNetV3
  package func hardSwish() -> Value { self * hardSigmoid(alpha: 1 / 6, beta: 0.5) }

  /// x · sigmoid(x), also called swish
  package func siLU() -> Value { self * applying(Sigmoid()) }

  /// x · tanh(softplus(x))
  package func mish() -> Value { self * applying(Softplus()).applying(HyperbolicTangent()) }

  /// x / (1 + |x|)
  package func softsign() -> Value { self / (magnitude() + 1) }

  /// gamma · ELU(x), self-normalizing by default
  package func scaledExponentialLinear(alpha: Float = 1.67326319, gamma: Float = 1.05070102) -> Value {
    applying(ExponentialLinear(alpha: alpha)) * gamma
  }

  /// x where x > 0, slope · x elsewhere, the slope broadcast to the value.
  package func parametricRectifier(slope: Value) -> Value {
    let isPositive = applying(HeavisideStep())
    return self * (isPositive + (1 - isPositive) * slope)
  }

  /// x · Φ(x), with the normal distribution's Φ or its usual approximation by a hyperbolic tangent.
  package func gaussianErrorLinear(isApproximate: Bool) -> Value {
    guard isApproximate else {
      return self * 0.5 * ((self * Float(0.5).squareRoot()).applying(ErrorFunction()) + 1)
    }
    let inner = (self + power(3) * 0.044715) * (2 / Float.pi).squareRoot()
    return self * 0.5 * (inner.applying(HyperbolicTangent()) + 1)
  }
}
