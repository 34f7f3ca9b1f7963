internal import LibC
import SaliencyCore

/// A tensor blurred along all axes but batch and channels, with zeros around it, as SciPy's `gaussian_filter` does: kernels end four
/// deviations from their middle and sum to 1.
struct GaussianBlur {
  private let shape: Shape
  private let axes: [Int]

  init(_ shape: Shape, channelAxis: Int?) {
    self.shape = shape
    axes = shape.indices.filter { shape.count == 1 || ($0 != 0 && $0 != channelAxis) }
  }

  /// The elements blurred with a standard deviation, in elements.
  func callAsFunction(_ values: [Double], standardDeviation: Double) -> [Double] {
    let radius = Int(4 * standardDeviation + 0.5)
    guard radius > 0 else { return values }
    let weights = (0...radius).map { exp(-0.5 * Double($0 * $0) / (standardDeviation * standardDeviation)) }
    let sum = weights.dropFirst().reduce(weights[0]) { $0 + 2 * $1 }
    return axes.reduce(values) { blurred($0, along: $1, weights.map { $0 / sum }) }
  }

  private func blurred(_ values: [Double], along axis: Int, _ weights: [Double]) -> [Double] {
    let (extent, inner) = (shape[axis], shape[(axis + 1)...].reduce(1, *))
    var result = [Double](repeating: 0, count: values.count)
    values.withUnsafeBufferPointer { source in
      result.withUnsafeMutableBufferPointer { target in
        for start in stride(from: 0, to: source.count, by: extent * inner) {
          for to in 0..<extent {
            for from in max(to - weights.count + 1, 0)..<min(to + weights.count, extent) {
              let (weight, row, column) = (weights[abs(from - to)], start + to * inner, start + from * inner)
              for element in 0..<inner { target[row + element] += weight * source[column + element] }
            }
          }
        }
      }
    }
    return result
  }
}
