/// The Euclidean length.
public func norm(_ values: some Sequence<Double>) -> Double {
  values.reduce(0) { $0 + $1 * $1 }.squareRoot()
}

/// ‖values − expected‖ / ‖expected‖, or ‖values‖ where nothing but zeros is expected; infinite where the counts differ
/// or where one of the two is not finite and the other is not the same.
public func relativeError(_ values: [Double], _ expected: [Double]) -> Double {
  guard values.count == expected.count else { return .infinity }
  let differences = zip(values, expected).map { $0 == $1 || ($0.isNaN && $1.isNaN) ? 0 : $0 - $1 }
  let scale = norm(expected.filter(\.isFinite))
  let error = scale > 0 ? norm(differences) / scale : norm(differences)
  return error.isNaN ? .infinity : error
}

/// The same of numbers in single precision.
public func relativeError(_ values: [Float], _ expected: [Float]) -> Double {
  relativeError(values.map(Double.init), expected.map(Double.init))
}
