internal import OneDNN

extension ElementwiseFunction {
  /// What oneDNN calls it.
  var algorithm: ElementwiseAlgorithm {
    switch self {
    case .rectified(let slope): .rectified(slope: slope)
    case .clipped(let lower, let upper): .clipped(lower, upper)
    case .linear(let scale, let offset): .linear(scale: scale, offset: offset)
    case .exponentialLinear(let alpha): .exponentialLinear(alpha)
    case .hyperbolicTangent: .hyperbolicTangent
    case .logistic: .logistic
    case .square: .square
    case .squareRoot: .squareRoot
    case .absolute: .absolute
    case .exponential: .exponential
    }
  }
}

extension BinaryFunction {
  /// What oneDNN calls it.
  var algorithm: BinaryAlgorithm {
    switch self {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    case .maximum: .maximum
    case .minimum: .minimum
    }
  }
}

extension PoolingFunction {
  /// What oneDNN calls it.
  var algorithm: PoolingAlgorithm {
    switch self {
    case .maximum: .maximum
    case .averageIncludingPadding: .averageIncludingPadding
    case .averageExcludingPadding: .averageExcludingPadding
    }
  }
}
