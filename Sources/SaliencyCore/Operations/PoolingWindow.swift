/// A pooling window over 1, 2 or 3 spatial axes.
public struct PoolingWindow: Sendable, Hashable {
  /// The extents of the window.
  public let kernel: [Int]
  /// How the window moves.
  public let geometry: WindowGeometry

  /// A window and how it moves.
  public init(kernel: [Int], geometry: WindowGeometry) {
    self.kernel = kernel
    self.geometry = geometry
  }

  /// The shape of a pooled input, or why the window does not fit it.
  func resultShape(of input: Shape) throws(GraphError) -> Shape {
    guard (3...5).contains(input.count), kernel.count == input.count - 2, kernel.allSatisfy({ $0 >= 1 }),
      geometry.isValid(rank: kernel.count)
    else {
      throw GraphError(
        .shapeMismatch, "a pooling window of \(kernel.text) does not fit an input of \(input.text)")
    }
    guard let extents = geometry.outputExtents(input: Array(input[2...]), kernel: kernel) else {
      throw GraphError(
        .shapeMismatch, "a pooling window of \(kernel.text) is larger than the padded input of \(input.text)")
    }
    guard !geometry.hasEmptyWindow(input: Array(input[2...]), kernel: kernel, output: extents) else {
      throw GraphError(
        .shapeMismatch,
        "a pooling window of \(kernel.text) lies in the padding of \(input.text) with all its elements")
    }
    return Array(input[..<2]) + extents
  }
}

/// How a pooling window becomes one number.
enum PoolingFunction: Sendable, Hashable {
  /// The largest element; padding never wins.
  case maximum
  /// The mean, where padding counts as zeros.
  case averageIncludingPadding
  /// The mean of the elements that exist.
  case averageExcludingPadding
}
