/// Steps along the gradient itself, as DeepDream makes them (Mordvintsev et al., "Inceptionism: Going Deeper into Neural Networks", 2015).
///
/// x ← x − η g, and where it is normalized x ← x − η g / (mean |g| + 10⁻⁸).
public struct GradientDescent: Optimizer {
  /// The learning rate η.
  public let learningRate: Double
  /// Whether gradients are divided by the mean of their magnitudes, so that a step moves each number by η on average.
  public let isNormalized: Bool

  /// - Precondition: the learning rate is positive.
  public init(learningRate: Double = 0.01, isNormalized: Bool = true) {
    precondition(learningRate > 0, "`learningRate` must be above 0")
    (self.learningRate, self.isNormalized) = (learningRate, isNormalized)
  }

  public mutating func step(_ numbers: inout [Double], along gradient: [Double]) {
    let sum = gradient.reduce(0) { $0 + abs($1) }
    let factor = learningRate / (isNormalized ? sum / Double(max(gradient.count, 1)) + 1e-8 : 1)
    for (index, slope) in gradient.enumerated() { numbers[index] -= factor * slope }
  }
}
