/// A function of one element that engines have kernels for.
enum ElementwiseFunction: Sendable, Hashable {
  /// max(x, 0) + slope · min(x, 0)
  case rectified(slope: Float = 0)
  /// min(max(x, lower), upper), where lower ≤ upper
  case clipped(_ lower: Float, _ upper: Float)
  /// scale · x + offset
  case linear(scale: Float, offset: Float)
  /// x < 0 ? alpha · (e^x − 1) : x
  case exponentialLinear(_ alpha: Float)
  /// tanh x
  case hyperbolicTangent
  /// 1 / (1 + e^−x)
  case logistic
  /// x²
  case square
  /// √x
  case squareRoot
  /// |x|
  case absolute
  /// e^x
  case exponential
}

/// A function of two elements that engines have kernels for.
enum BinaryFunction: Sendable, Hashable {
  case add, subtract, multiply, divide, maximum, minimum

  /// Whether the operands may change places.
  var isCommutative: Bool { self != .subtract && self != .divide }
}
