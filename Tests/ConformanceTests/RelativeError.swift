import NumPyFormat
import Saliency

/// ‖a − b‖ / ‖b‖ in double precision.
func relativeError(_ a: [Float], _ b: [Float]) -> Double {
  precondition(a.count == b.count, "\(a.count) numbers are compared with \(b.count)")
  var difference = 0.0
  var norm = 0.0
  for (x, y) in zip(a, b) {
    difference += (Double(x) - Double(y)) * (Double(x) - Double(y))
    norm += Double(y) * Double(y)
  }
  return (difference / max(norm, .leastNormalMagnitude)).squareRoot()
}

extension Tensor {
  /// The array of a `.npy` file.
  init(contentsOf path: String) throws {
    let array = try NumPyArray(contentsOf: path)
    self.init(shape: array.shape, values: array.values)
  }
}
